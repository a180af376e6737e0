"""Copies of the file, what is let go of in time, and a look at the whole."""
