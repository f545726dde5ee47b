"""Payments: what a buyer was asked for, every attempt to charge it, what the provider said, what went back.

Owns payments (one per checkout, shared out over its orders), attempts, refunds, the providers' callbacks,
providers' statements of a day, and the sandbox provider.

Never touches orders, stock or the ledger: trade commits money and order together when a capture is
reported, and has late money refunded. Never stores or logs a card number, and never takes an amount from
anybody but the server.

Invariants, each audited by `hansa verify`:

- an attempt is written before the provider is called, so that a crash never loses what may have been charged;
- a payment has at most one unresolved attempt, and is captured once;
- an attempt from several sources takes all of its parts or none; they sum to its amount;
- its shares sum to its amount (a row check); no share and no attempt gives back more than it took in
  (row checks);
- every change of state is one of the transitions listed in the migration (a row check);
- live traffic never meets the sandbox provider, other traffic never meets a live one.
"""
