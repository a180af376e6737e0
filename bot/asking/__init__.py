"""Who may, and who said yes."""
