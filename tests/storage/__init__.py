"""Tests of what is stored, on real database files."""
