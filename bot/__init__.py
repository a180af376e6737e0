"""The platform-free core of Kith, and the adapters around it."""

__version__ = "0.2.0"
