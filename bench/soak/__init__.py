"""Long trials of Kith: minutes of crashes, clock changes or crowds, run by `scripts/soak NAME`."""
