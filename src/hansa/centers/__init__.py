"""The shared service centers. Each owns its facts; they stand in an order and call only downwards."""
