"""The arithmetic of stock: pure functions, held to a reference model by the tests."""
