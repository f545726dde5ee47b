"""Every SQL statement of the shop center."""
