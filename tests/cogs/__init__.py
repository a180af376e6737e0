"""Tests of the features, each read like the product."""
