"""Places: where goods can be. Warehouses, stores, pick-up points and couriers' bases are one thing.

Owns: places with name, address, location, area, GLN, opening hours, capabilities and status, in every version.
Never does: hold stock (inventory refers to places), know people's homes (those are `user`'s).

States of a place: open, paused, closed.

Invariants:
- a location is a point on the earth, a GLN has a right check digit and names one place of a traffic class;
- a place is a shop's or the platform's, and only its owner changes it;
- every version is kept with who made it, and cannot be changed;
- a closed place stays as it is and readable, because stock and orders refer to it;
- what is found nearby is what measuring every place would find.
"""
