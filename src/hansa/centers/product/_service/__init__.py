"""The use cases of product: the catalogue that shops keep, the offers they make, the list buyers read."""
