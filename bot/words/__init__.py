"""Sentences, questions, names and lines, as files and translations give them."""
