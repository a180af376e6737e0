"""The keys of an installation: whether they are the right ones, and new ones in their place."""
