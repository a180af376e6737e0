"""What comes round again as people write it: ``every monday at 7pm``, ``the 1st of each month``."""
