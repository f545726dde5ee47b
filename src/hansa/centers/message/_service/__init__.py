"""The use cases: telling, reading, sending."""
