"""Every SQL statement of the center, by what it is about."""
