"""Products: what is sold, in which variants, and what each shop asks for it.

Owns: categories, products (SPU), variants (SKU), offers (one shop's price for a SKU in one business and
traffic class) and the list of what is on sale.
Never does: count stock, take orders, apply promotions (layers of trade's quote do).

Invariants:
- a SKU has one value for each option of its product, and no two SKUs of a product have the same;
- an offer's version grows with each change of price or state, so that a quote can say what it saw;
- an offer's state changes only along the legal transitions, its price is never below zero;
- the list has one row per (business, traffic class, product) with an active offer, with the lowest price
  (written with the change, audited by `hansa verify`);
- only the shop that keeps a product edits it, and only the shop that makes an offer prices it.
"""
