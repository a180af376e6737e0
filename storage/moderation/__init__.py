"""Cases, holds, lines and totals."""
