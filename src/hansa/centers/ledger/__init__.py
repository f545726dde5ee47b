"""The ledger: who owes whom, in double entry.

Owns accounts (keyed by traffic class, legal entity, business, class, party and currency), journals,
entries, balances, holds (amounts put by on an account), and the chains that seal journals.

A hold is held -> posted | voided | expired, once.

Never moves money at a provider, never knows what an order is, never changes or deletes what was posted:
a mistake is corrected by a further journal.

Invariants, each audited by `hansa verify`:

- a journal sums to zero in each currency (a row check);
- journals and entries are append-only (the runtime role may neither update nor delete them);
- an account's entries are numbered without gaps, each with the balance after it, and the last is the
  account's balance;
- entries say what the journals say;
- an account with a floor never stands below it, and what is put by counts (a row check);
- what an account says is put by is the sum of its open holds; a hold posts at most its amount;
- sealed journals are what they were when they were sealed, none missing and none put in between;
- one id is one journal: a repeat is answered like the first, another payload is refused.
"""
