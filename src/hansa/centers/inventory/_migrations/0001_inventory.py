"""Stock, holds, movements and stocktakes.

Revision ID: inventory_0001
"""

from alembic import op

revision = "inventory_0001"
down_revision = None
branch_labels = ("inventory",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS inventory")
    _stock()
    _holds()
    _batches()
    _stocktakes()
    _transfers()


def _stock() -> None:
    # Room in each page lets an update stay there and touch no index (HOT): stock rows change all the time.
    op.execute("""
        CREATE TABLE inventory.stock (
          sku_id uuid NOT NULL,
          place_id uuid NOT NULL,
          traffic text NOT NULL,
          on_hand bigint NOT NULL,
          held bigint NOT NULL DEFAULT 0,
          allocated bigint NOT NULL DEFAULT 0,
          safety bigint NOT NULL DEFAULT 0,
          backorder bigint NOT NULL DEFAULT 0,
          low_at bigint NOT NULL DEFAULT 0,
          PRIMARY KEY (sku_id, place_id, traffic),
          CONSTRAINT stock_not_negative CHECK (on_hand >= 0 AND held >= 0 AND allocated >= 0),
          CONSTRAINT stock_not_oversold CHECK (held + allocated <= on_hand + backorder),
          CONSTRAINT stock_limits CHECK (safety >= 0 AND backorder >= 0 AND low_at >= 0)
        ) WITH (fillfactor = 50)""")
    op.execute("CREATE INDEX stock_place ON inventory.stock (place_id, traffic, sku_id)")
    op.execute("""
        CREATE TABLE inventory.movement (
          sku_id uuid NOT NULL,
          place_id uuid NOT NULL,
          traffic text NOT NULL,
          id uuid NOT NULL,
          kind text NOT NULL,
          quantity bigint NOT NULL,
          reference text NOT NULL,
          reason text NOT NULL,
          note text NOT NULL,
          business text NOT NULL,
          actor text NOT NULL,
          occurred_at timestamptz NOT NULL,
          PRIMARY KEY (sku_id, place_id, traffic, id),
          CONSTRAINT movement_sign CHECK (
            (kind IN ('received', 'returned') AND quantity > 0)
            OR (kind = 'shipped' AND quantity < 0)
            OR (kind = 'adjusted' AND quantity <> 0 AND reason <> '')
            OR (kind = 'transferred' AND quantity <> 0 AND reference <> '')),
          CONSTRAINT movement_reason CHECK (reason IN ('', 'counted', 'broken', 'spoiled', 'lost', 'found', 'used',
            'other', 'pushed', 'stocktake'))
        )""")
    op.execute("CREATE INDEX movement_noted ON inventory.movement (actor) WHERE note <> ''")


def _holds() -> None:
    op.execute("""
        CREATE TABLE inventory.hold (
          sku_id uuid NOT NULL,
          order_id uuid NOT NULL,
          place_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          quantity bigint NOT NULL,
          previous_state text,
          state text NOT NULL,
          expires_at timestamptz NOT NULL,
          placed_at timestamptz NOT NULL,
          changed_at timestamptz NOT NULL,
          PRIMARY KEY (sku_id, order_id, place_id),
          CONSTRAINT hold_quantity CHECK (quantity > 0),
          CONSTRAINT hold_transition CHECK ((
            (previous_state IS NULL AND state = 'held')
            OR (previous_state = 'held' AND state IN ('allocated', 'released'))
            OR (previous_state = 'allocated' AND state IN ('shipped', 'released'))) IS TRUE)
        )""")
    op.execute("CREATE INDEX hold_expiring ON inventory.hold (expires_at) WHERE state = 'held'")


def _batches() -> None:
    # What a batch changes travels as arrays of rows: an array per column takes thrice the time.
    op.execute("""
        CREATE TYPE inventory.stock_change AS (
          sku_id uuid, place_id uuid, traffic text, on_hand bigint, held bigint, allocated bigint
        )""")
    op.execute("""
        CREATE TYPE inventory.new_hold AS (
          sku_id uuid, order_id uuid, place_id uuid, business text, traffic text, quantity bigint,
          expires_at timestamptz, at timestamptz
        )""")
    op.execute("""
        CREATE TYPE inventory.moved_hold AS (
          sku_id uuid, order_id uuid, place_id uuid, previous text, state text, quantity bigint, at timestamptz
        )""")


def _transfers() -> None:
    op.execute("""
        CREATE TABLE inventory.transfer (
          id uuid PRIMARY KEY,
          from_place_id uuid NOT NULL,
          to_place_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          reference text NOT NULL,
          note text NOT NULL,
          previous_state text,
          state text NOT NULL,
          sent_by text NOT NULL,
          sent_at timestamptz NOT NULL,
          closed_by text,
          closed_at timestamptz,
          CONSTRAINT transfer_places CHECK (from_place_id <> to_place_id),
          CONSTRAINT transfer_transition CHECK ((
            (previous_state IS NULL AND state = 'sent')
            OR (previous_state = 'sent' AND state IN ('received', 'recalled'))) IS TRUE),
          CONSTRAINT transfer_closed CHECK ((state = 'sent') = (closed_at IS NULL))
        )""")
    op.execute("CREATE INDEX transfer_from ON inventory.transfer (from_place_id, traffic, id)")
    op.execute("CREATE INDEX transfer_to ON inventory.transfer (to_place_id, traffic, id)")
    op.execute("""
        CREATE TABLE inventory.transfer_line (
          transfer_id uuid NOT NULL,
          sku_id uuid NOT NULL,
          business text NOT NULL,
          sent bigint NOT NULL,
          received bigint,
          reason text NOT NULL DEFAULT '',
          PRIMARY KEY (transfer_id, sku_id),
          CONSTRAINT transfer_line_quantity CHECK (sent > 0 AND received >= 0),
          CONSTRAINT transfer_line_explained CHECK (received IS NULL OR received = sent OR reason <> '')
        )""")


def _stocktakes() -> None:
    op.execute("""
        CREATE TABLE inventory.stocktake (
          id uuid PRIMARY KEY,
          place_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          note text NOT NULL,
          previous_state text,
          state text NOT NULL,
          opened_by text NOT NULL,
          opened_at timestamptz NOT NULL,
          closed_by text,
          closed_at timestamptz,
          CONSTRAINT stocktake_transition CHECK ((
            (previous_state IS NULL AND state = 'open')
            OR (previous_state = 'open' AND state IN ('approved', 'cancelled'))) IS TRUE),
          CONSTRAINT stocktake_closed CHECK ((state = 'open') = (closed_at IS NULL))
        )""")
    # Two sheets of one place would post the same difference twice.
    op.execute(
        "CREATE UNIQUE INDEX stocktake_open ON inventory.stocktake (place_id, traffic) WHERE state = 'open'"
    )
    op.execute("CREATE INDEX stocktake_place ON inventory.stocktake (place_id, traffic, id)")
    op.execute("""
        CREATE TABLE inventory.count (
          stocktake_id uuid NOT NULL,
          sku_id uuid NOT NULL,
          nr int NOT NULL CHECK (nr > 0),
          business text NOT NULL,
          expected bigint NOT NULL,
          counted bigint NOT NULL CHECK (counted >= 0),
          counted_by text NOT NULL,
          counted_at timestamptz NOT NULL,
          PRIMARY KEY (stocktake_id, sku_id, nr)
        )""")
