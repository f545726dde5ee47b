"""Every SQL statement of payment, by what it is about."""
