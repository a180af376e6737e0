"""From what is due to what was sent."""
