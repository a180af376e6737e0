"""What the homeserver refuses for a while: one queue for each kind of request, and what waits in them."""
