"""Shops: who sells. A shop belongs to a business and a party, and its staff act for it.

Owns: shops (name, slug, owner, legal entity, status) and staff with their permissions.
Never does: hold goods, prices, stock or money; it knows people by party id only.

Invariants:
- a slug names one shop within a business and traffic class;
- a status changes only along the legal transitions (a CHECK on previous status and status);
- staff hold no permission their granter did not hold, and only for their own shop;
- the owner holds every permission that is asked of the shop, and cannot be removed from it.
"""
