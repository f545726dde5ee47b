"""The arithmetic of shops: pure, no await."""
