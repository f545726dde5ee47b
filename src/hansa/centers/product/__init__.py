"""Products: what is sold, in which variants, and what each shop asks for it.

Owns: categories with their templates, a business's own fields, products (SPU) with their pictures, variants
(SKU), offers (one shop's price for a SKU in one business and traffic class), price lists, staged changes and
history, imports, and the list of what is on sale.
Never does: count stock, take orders, apply promotions (layers of trade's quote do).

States: a product is a draft, published or archived; a staged change is pending, then confirmed, declined or
withdrawn; an import is received, read, written ahead, flipped and done, or rejected or cancelled.

Invariants:
- a SKU has one value for each option of its product, and no two SKUs of a product have the same;
- an offer's version grows with each change of price or state, by hand or by time alone, and one version never
  stands for two prices, so that a quote can say what it saw;
- states change only along the legal transitions, a price is never below zero;
- what is published is edited by staged changes, at most one waiting per product; the history only grows;
- an import is seen whole or not at all;
- the list has one row per (business, traffic class, product) with an active offer, with the lowest price
  (written with the change, audited by `hansa verify`);
- only the shop that keeps a product edits it, and only the shop that makes an offer prices it.
"""
