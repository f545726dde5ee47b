"""Shops: who sells. A shop belongs to a business and a party, and its staff act for it.

Owns: shops (name, slug, owner, status, profile), their onboarding and review, the legal entities that sell,
staff with roles and permissions, invitations, commission rules.
Never does: hold goods, prices, stock or money; it knows people by party id only, and what it asks of a
business are facts of companies, never of persons.

States of a shop: pending, onboarding, ready_for_review, approved, rejected; active; suspended; closing; closed.
The steps between them are data (`_rules.states`), and CHECKs on (previous status, status) in the database.

Invariants:
- every step is kept with who took it and why, and cannot be changed; the last one led to where the shop stands;
- only an active shop makes new sales; what was sold goes on in every status;
- a slug belongs to one shop of a business and traffic class for ever, and leads to it when it moved on;
- what was said about the legal entity that sells is kept in versions that never change;
- a shop closes only when nobody objects (`shop.may_close`), and it sells nothing while it waits;
- nobody gives a permission they do not hold in the shop now, and none that means nothing for a shop;
- the owner holds every permission that can be held for the shop, and leaves it only by handing it over;
- a commission rule never changes its rate and never begins in the past.
"""
