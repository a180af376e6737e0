"""Kith on a real homeserver, with members on an encrypted client that is not the bot's."""
