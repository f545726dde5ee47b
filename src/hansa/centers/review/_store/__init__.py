"""Every SQL statement of review. `buyer` leads the keys; a receipt's row is the lock of its order's entries."""
