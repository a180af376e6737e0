"""The worked example of CONTRIBUTING.md: a feature that is not shipped, with its files where a real one has them."""
