"""Hansa's own side of `benchmarks.thin_order`: `hansa serve` as anyone would start it, access log off."""
