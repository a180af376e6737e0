"""People, their accounts and communities, and what they said yes to."""
