"""The use cases of shops."""
