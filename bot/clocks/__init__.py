"""Wall clocks, zones, and the words for them."""
