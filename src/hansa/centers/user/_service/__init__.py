"""The use cases, by what they are about."""
