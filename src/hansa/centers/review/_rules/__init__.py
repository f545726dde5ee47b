"""The arithmetic and the judgements of reviews: pure."""
