"""The arithmetic of products: pure functions, tested by properties."""
