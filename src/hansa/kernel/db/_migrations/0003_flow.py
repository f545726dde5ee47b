"""What moves facts: idempotency keys, outbox subscriptions and parked events, deadlines.

Revision ID: kernel_0003
"""

from alembic import op

revision = "kernel_0003"
down_revision = "kernel_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _idempotency()
    _delivery()
    _deadlines()


def _idempotency() -> None:
    # One narrow key: the digest of (business, traffic, actor, route, key), which is also what a
    # distributed database spreads the rows by.
    op.execute("""
        CREATE TABLE kernel.idempotency (
          scope bytea PRIMARY KEY,
          body bytea NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          status smallint NOT NULL,
          answer bytea NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("""
        CREATE TYPE kernel.new_answer AS (
          scope bytea, body bytea, business text, traffic text, status smallint, answer bytea
        )""")
    op.execute("CREATE INDEX idempotency_created_at ON kernel.idempotency USING brin (created_at)")


def _delivery() -> None:
    # The server's clock while the subject is still locked: tells the order in which facts of one subject
    # came to be, where two transactions overlapped and their numbers do not.
    op.execute("ALTER TABLE kernel.outbox ADD COLUMN told_at timestamptz NOT NULL DEFAULT clock_timestamp()")
    op.execute("""
        CREATE TABLE kernel.subscription (
          handler text PRIMARY KEY,
          xid xid8 NOT NULL,
          id uuid NOT NULL,
          created_at timestamptz NOT NULL DEFAULT now(),
          moved_at timestamptz NOT NULL DEFAULT now()
        )""")
    op.execute("""
        CREATE TABLE kernel.parked (
          handler text NOT NULL,
          subject uuid NOT NULL,
          xid xid8 NOT NULL,
          id uuid NOT NULL,
          topic text NOT NULL,
          version int NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          entity text NOT NULL,
          actor text NOT NULL,
          trace text NOT NULL,
          occurred_at timestamptz NOT NULL,
          payload jsonb NOT NULL,
          told_at timestamptz NOT NULL,
          state text NOT NULL CHECK (state IN ('retrying', 'waiting', 'parked', 'discarded')),
          attempts int NOT NULL DEFAULT 0,
          retry_at timestamptz,
          error text NOT NULL,
          parked_at timestamptz NOT NULL DEFAULT now(),
          discarded_by text,
          discarded_why text,
          PRIMARY KEY (handler, subject, told_at, id),
          CHECK ((state = 'discarded') = (discarded_why IS NOT NULL)),
          CHECK ((state = 'retrying') = (retry_at IS NOT NULL))
        )""")
    op.execute("CREATE UNIQUE INDEX parked_id ON kernel.parked (handler, id)")
    op.execute("CREATE INDEX parked_retry ON kernel.parked (retry_at) WHERE state = 'retrying'")


def _deadlines() -> None:
    op.execute("""
        CREATE TYPE kernel.new_deadline AS (
          subject uuid, kind text, business text, traffic text, due_at timestamptz
        )""")
    op.execute("""
        CREATE TABLE kernel.deadline (
          subject uuid NOT NULL,
          kind text NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          due_at timestamptz NOT NULL,
          attempts int NOT NULL DEFAULT 0,
          retry_at timestamptz,
          error text,
          PRIMARY KEY (subject, kind)
        )""")
    op.execute("CREATE INDEX deadline_due ON kernel.deadline (business, traffic, due_at)")
    op.execute("CREATE INDEX deadline_failed ON kernel.deadline (subject, kind) WHERE retry_at IS NOT NULL")
    op.execute("""
        CREATE TABLE kernel.periodic (
          job text PRIMARY KEY,
          due_at timestamptz NOT NULL
        )""")
