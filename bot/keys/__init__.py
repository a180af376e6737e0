"""What keeps words unreadable."""
