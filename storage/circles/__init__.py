"""Circles, their dates, and who answered."""
