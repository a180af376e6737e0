"""Quiet alerts, and whom they tell."""
