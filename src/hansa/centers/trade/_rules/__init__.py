"""The arithmetic of trade: pure, no I/O. States, pricing in layers, splitting, what sellers are owed."""
