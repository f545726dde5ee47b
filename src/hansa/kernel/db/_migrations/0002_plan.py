"""Generations of the plan, businesses and their kill switches, live processes, and what businesses use.

Revision ID: kernel_0002
"""

from alembic import op

revision = "kernel_0002"
down_revision = "kernel_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _generations()
    _businesses()


def _generations() -> None:
    # The current generation is the active one with the highest activation; those before it stay active
    # while quotes may still be pinned to them. `base` is what it was made from: the way back.
    op.execute("""
        CREATE TABLE kernel.generation (
          id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
          hash text NOT NULL,
          code_hash text NOT NULL,
          state text NOT NULL CHECK (state IN ('proposed', 'active', 'retired', 'killed')),
          base bigint REFERENCES kernel.generation,
          activation bigint UNIQUE,
          manifests jsonb NOT NULL CHECK (jsonb_typeof(manifests) = 'object'),
          created_at timestamptz NOT NULL,
          created_by text NOT NULL,
          retires_at timestamptz,
          killed_why text,
          CHECK ((state = 'killed') = (killed_why IS NOT NULL)),
          CHECK (state <> 'active' OR activation IS NOT NULL)
        )""")
    op.execute("""
        CREATE TABLE kernel.process (
          id uuid PRIMARY KEY,
          host text NOT NULL,
          pid int NOT NULL,
          generation bigint NOT NULL,
          code_hash text NOT NULL,
          started_at timestamptz NOT NULL,
          seen_at timestamptz NOT NULL
        )""")


def _businesses() -> None:
    op.execute("""
        CREATE TABLE kernel.business (
          path text PRIMARY KEY,
          status text NOT NULL CHECK (status IN ('draft', 'live', 'stopped', 'winding', 'tombstone')),
          traded_live boolean NOT NULL DEFAULT false,
          since timestamptz NOT NULL,
          CHECK (traded_live OR status NOT IN ('winding', 'tombstone'))
        )""")
    op.execute("""
        CREATE TABLE kernel.kill_switch (
          path text PRIMARY KEY,
          why text NOT NULL,
          killed_by text NOT NULL,
          killed_at timestamptz NOT NULL
        )""")
    # Who switched what off and on again, and why: `kill_switch` holds what is off now, this is kept.
    op.execute("""
        CREATE TABLE kernel.kill_history (
          id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
          path text NOT NULL,
          off boolean NOT NULL,
          why text NOT NULL,
          by text NOT NULL,
          at timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE kernel.usage (
          business text NOT NULL,
          traffic text NOT NULL,
          hour timestamptz NOT NULL,
          what text NOT NULL,
          calls bigint NOT NULL,
          errors bigint NOT NULL,
          ns bigint NOT NULL,
          ns_max bigint NOT NULL,
          PRIMARY KEY (business, traffic, hour, what)
        )""")
