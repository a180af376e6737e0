"""What leads to a wish: the table of them, and how like a line is to each."""
