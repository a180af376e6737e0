"""From what somebody typed or pressed to a handler and its answer."""
