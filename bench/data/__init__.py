"""Populations the measurements run on: made from a fixed seed, the same on every machine."""
