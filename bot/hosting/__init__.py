"""What the host does: configure, examine, back up, rotate, be told."""
