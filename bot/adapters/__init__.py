"""One package per platform. Nothing outside this folder knows how a platform works."""
