"""Requests for company, helpers, hellos and welcomes."""
