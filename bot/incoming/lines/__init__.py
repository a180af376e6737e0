"""What stands on one typed line, and for what."""
