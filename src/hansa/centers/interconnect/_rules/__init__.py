"""What is decided without looking anywhere: addresses, signatures, pauses, scopes, and what is public."""
