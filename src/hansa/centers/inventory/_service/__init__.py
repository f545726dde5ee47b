"""The use cases of inventory: holding on the order path, receiving and correcting, reading."""
