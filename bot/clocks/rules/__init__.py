"""The published rules that clocks keep: which release is in use here, and whether a newer one is to be had."""
