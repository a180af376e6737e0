"""Whole days with Kith as its users have them: the host's program, killed between any two steps, and real clients."""
