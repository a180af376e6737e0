"""The questions that stand open in a chat, and what a typed line means to them."""
