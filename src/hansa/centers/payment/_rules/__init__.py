"""Payment's rules: pure, no await, no I/O."""
