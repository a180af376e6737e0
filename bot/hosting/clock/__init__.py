"""Whether the computer's clock can be believed, and what rests while it cannot."""
