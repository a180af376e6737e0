"""Five guided minutes on the playground's page: what Kith does in a community, by the visitor's own presses."""
