"""Buddies: two people, or three, who said yes to getting to know each other for a while."""
