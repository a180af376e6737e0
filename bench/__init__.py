"""Measurements of Kith: one module each, run by `scripts/bench NAME`; long trials live in `bench/soak`."""
