"""Places: where goods can be. Warehouses, stores, pick-up points and couriers' bases are one thing.

Owns: places with name, address, location, GLN, opening hours and capabilities.
Never does: hold stock (inventory refers to places), know people's homes (those are `user`'s).

Invariants:
- a location is a point on the earth, a GLN has a right check digit and names one place;
- a place is a shop's or the platform's, and only its owner changes it;
- a closed place stays readable, because stock and orders refer to it.
"""
