"""The kernel's first tables: the outbox and the clocks.

Revision ID: kernel_0001
"""

from alembic import op

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS kernel")
    op.execute("""
        CREATE TABLE kernel.outbox (
          xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          id uuid NOT NULL,
          topic text NOT NULL,
          version int NOT NULL,
          subject uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          entity text NOT NULL,
          actor text NOT NULL,
          trace text NOT NULL,
          occurred_at timestamptz NOT NULL,
          payload jsonb NOT NULL,
          PRIMARY KEY (xid, id)
        )""")
    # What a transaction tells travels as an array of rows: an array per column takes thrice the time.
    op.execute("""
        CREATE TYPE kernel.new_event AS (
          id uuid, topic text, version int, subject uuid, business text, traffic text, entity text,
          actor text, trace text, occurred_at timestamptz, payload text
        )""")
    op.execute("""
        CREATE TABLE kernel.clock (
          business text NOT NULL,
          traffic text NOT NULL CHECK (traffic <> 'live'),
          offset_us bigint NOT NULL DEFAULT 0,
          frozen_at timestamptz,
          PRIMARY KEY (business, traffic)
        )""")
