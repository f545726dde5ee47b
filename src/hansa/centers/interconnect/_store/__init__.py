"""Every SQL statement of the center."""
