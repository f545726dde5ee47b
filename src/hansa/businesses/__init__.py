"""Businesses: thin fronts on the shared centers. Each is one manifest and a few extensions."""
