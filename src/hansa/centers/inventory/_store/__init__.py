"""Every SQL statement of inventory."""
