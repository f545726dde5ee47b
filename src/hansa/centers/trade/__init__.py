"""Trade: carts, quotes, checkouts, orders, and the completion of payment.

It owns the order and its lines, the allocation of discounts over them, the state of each with its history,
and the terms and rates frozen when the order was placed. It never keeps personal data but notes (an order
names a frozen address version), never prices from memory (a quote is signed, checked by version per row when
it is placed) and never moves stock or money itself: it drives inventory, ledger and payment in one transaction.

Invariants
- A checkout is taken whole or refused whole; its orders are one per (shop, place).
- payable = goods - discount + freight + tax, for every line, order and checkout, to the minor unit.
- The allocations of a line never exceed its gross; each names its layer and its funder.
- Orders and lines move only along `_rules.states`; the database refuses any other move. A paid order's state
  follows from its lines.
- Money and order change together, or neither does: whatever told first that a payment was captured.

One order through the house: `quote` asks product for offers, inventory for places, then the layers of the
business; `place` holds the stock and creates the payment; `pay` lets payment charge, then commits capture,
allocation of stock, journal and order together; `ship` and `receive` move goods, and the seller is credited
line by line.
"""
