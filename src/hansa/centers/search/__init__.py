"""Search: finding products by words, facets and sort orders, and suggesting what to type.

It owns the index: one document per product that is on sale in a business and traffic class, the words a typo is
corrected to, suggestions, and how popular products are. It never owns what a product is, costs or earned: all of
that is read from product, trade and review, and can be thrown away and read again.

Facts: an event says only *that* a product changed; the document is made of what product says at that moment, with
the product locked here. So events may come twice, late and in any order, and the last one to write has read last.

Invariants
- Exactly one generation of the index is active, at most one more is being built, in the other of two slots.
- A document stands in every slot that is active or being built, or in none; a slot that is neither
  is read by nobody and being emptied.
- A query reads one generation from its first statement to its last, also while another takes over.
- What is sold and rated in `popularity` survives rebuilding; documents repeat it.

States of a generation: `building` -> `active` -> `retired`; `building` -> `abandoned` when another rebuild begins.
"""
