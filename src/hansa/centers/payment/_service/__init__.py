"""Payment's use cases."""
