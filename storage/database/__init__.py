"""The ground: one file, one writer, its schema, its sealed fields and its journal."""
