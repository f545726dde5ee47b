"""Stock, holds and movements.

Revision ID: inventory_0001
"""

from alembic import op

revision = "inventory_0001"
down_revision = None
branch_labels = ("inventory",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS inventory")
    # Room in each page lets an update stay there and touch no index (HOT): stock rows change all the time.
    op.execute("""
        CREATE TABLE inventory.stock (
          sku_id uuid NOT NULL,
          place_id uuid NOT NULL,
          traffic text NOT NULL,
          on_hand bigint NOT NULL,
          held bigint NOT NULL DEFAULT 0,
          allocated bigint NOT NULL DEFAULT 0,
          PRIMARY KEY (sku_id, place_id, traffic),
          CONSTRAINT stock_not_negative CHECK (on_hand >= 0 AND held >= 0 AND allocated >= 0),
          CONSTRAINT stock_not_oversold CHECK (held + allocated <= on_hand)
        ) WITH (fillfactor = 50)""")
    op.execute("CREATE INDEX stock_place ON inventory.stock (place_id, traffic, sku_id)")
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
          CONSTRAINT hold_transition CHECK (
            (previous_state IS NULL AND state = 'held')
            OR (previous_state = 'held' AND state IN ('allocated', 'released'))
            OR (previous_state = 'allocated' AND state IN ('shipped', 'released')))
        )""")
    op.execute("CREATE INDEX hold_expiring ON inventory.hold (expires_at) WHERE state = 'held'")
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
          business text NOT NULL,
          actor text NOT NULL,
          occurred_at timestamptz NOT NULL,
          PRIMARY KEY (sku_id, place_id, traffic, id),
          CONSTRAINT movement_sign CHECK (
            (kind IN ('received', 'returned') AND quantity > 0)
            OR (kind = 'shipped' AND quantity < 0)
            OR (kind = 'adjusted' AND quantity <> 0 AND reason <> ''))
        )""")
