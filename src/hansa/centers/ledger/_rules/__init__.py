"""The arithmetic of the books: pure functions, held to a reference model by the tests."""
