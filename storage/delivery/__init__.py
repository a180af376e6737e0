"""The outbox and what stands beside it: offers, intents, the inbox."""
