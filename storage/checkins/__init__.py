"""Schedules of check-ins, and what was asked."""
