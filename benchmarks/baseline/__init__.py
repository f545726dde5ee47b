"""The thin order as a good engineer writes it with FastAPI, pydantic and the SQLAlchemy ORM; no gathering.

It is the other side of `benchmarks.thin_order`, so it has to be good, and it has to do the same:

- *Same interface*: routes, JSON and status codes as Hansa's `POST /quotes`, `/orders`, `/payments/ID/pay`,
  driven by one load generator.
- *Same features*: bearer sessions found by the token's hash in the database, remembered for two seconds per
  process as Hansa does; `Idempotency-Key` stored with its answer in the work's own transaction, answered again
  on a repeat, refused with another body; a quote priced from the database and signed (HMAC-SHA256), not
  stored; placement with version check, hold of stock, checkout, order, lines, holds, payment, deadline and
  event; payment through a sandbox provider, its attempt committed before the provider is asked, then in one
  transaction allocation of stock, journal, entries, balances of one escrow and one clearing account, order
  with history, event, the deadline withdrawn.
- *Same durability and isolation*: one cluster with one set of settings (fsync and synchronous_commit on), READ
  COMMITTED, no oversell, no lost update, no charge twice. `verify` sums it all up after each run.

What makes it fast, and is no more than good practice:

- uvicorn with uvloop and httptools, one process per core, no access log, no middleware, plain `async` all the
  way; the garbage collector leaves what was loaded at start alone.
- pydantic writes each answer once, straight to bytes: the same bytes are sent and kept for repeats.
- Ids are made in the client, so no INSERT asks for anything back; asyncpg keeps every statement prepared.
- Reads outside a write run in autocommit, without BEGIN and ROLLBACK.
- Rows that many buyers want are locked last and in key order: stock, then balances, in one round trip each,
  so that a hot row is held for little more than the commit. A CHECK refuses what is not there.
- The pool is as large as a sweep found best (`benchmarks.baseline.sweep`).

Where it does less than Hansa, in its own favour: one business, one currency and one place; no extension
points, discounts, freight, tax or frozen terms; no running balance per ledger entry. Where it does what Hansa does not: each quote reads its offers from the
database, since an in-process catalogue that stays fresh is a part of the design that is measured here.
"""
