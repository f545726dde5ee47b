"""Schemas of custom fields, staged changes, the history of products, price lists, media.

Revision ID: product_0002
"""

from alembic import op

revision = "product_0002"
down_revision = "product_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _custom_fields()
    _changes()
    _price_lists()
    _media()


def _custom_fields() -> None:
    op.execute("""
        CREATE TABLE product.custom_schema (
          business text NOT NULL,
          target text NOT NULL CHECK (target IN ('product', 'sku')),
          fields jsonb NOT NULL,
          version bigint NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          PRIMARY KEY (business, target)
        )""")
    op.execute("CREATE INDEX custom_schema_changed ON product.custom_schema (changed_xid)")


def _changes() -> None:
    op.execute("""
        CREATE TABLE product.change (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          product_id uuid NOT NULL REFERENCES product.product (id),
          shop_id uuid NOT NULL,
          kind text NOT NULL CHECK (kind IN ('edit', 'publish')),
          edit jsonb NOT NULL,
          before jsonb NOT NULL,
          note text NOT NULL,
          previous_state text,
          state text NOT NULL,
          proposed_by text NOT NULL,
          proposed_at timestamptz NOT NULL,
          decided_by text,
          decided_at timestamptz,
          reason text NOT NULL,
          CONSTRAINT change_transition CHECK ((
            (previous_state IS NULL AND state = 'pending')
            OR (previous_state = 'pending' AND state IN ('confirmed', 'declined', 'withdrawn'))) IS TRUE),
          CONSTRAINT change_decided CHECK ((state = 'pending') = (decided_at IS NULL))
        )""")
    op.execute("CREATE UNIQUE INDEX change_pending ON product.change (product_id) WHERE state = 'pending'")
    op.execute("CREATE INDEX change_queue ON product.change (business, id) WHERE state = 'pending'")
    op.execute("CREATE INDEX change_shop ON product.change (shop_id, id) WHERE state = 'pending'")
    op.execute("CREATE INDEX change_product ON product.change (product_id, id)")
    op.execute("""
        CREATE TABLE product.history (
          product_id uuid NOT NULL REFERENCES product.product (id),
          id uuid NOT NULL,
          actor text NOT NULL,
          at timestamptz NOT NULL,
          action text NOT NULL,
          detail jsonb NOT NULL,
          PRIMARY KEY (product_id, id)
        )""")


def _price_lists() -> None:
    op.execute("""
        CREATE TABLE product.price_list (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          names jsonb NOT NULL,
          starts_at timestamptz NOT NULL,
          ends_at timestamptz CHECK (ends_at > starts_at),
          priority int NOT NULL,
          created_at timestamptz NOT NULL,
          version bigint NOT NULL
        )""")
    op.execute("CREATE INDEX price_list_shop ON product.price_list (shop_id, id)")
    op.execute("""
        CREATE TABLE product.timed_price (
          offer_id uuid NOT NULL REFERENCES product.offer (id),
          price_list_id uuid NOT NULL REFERENCES product.price_list (id),
          price_minor bigint NOT NULL CHECK (price_minor >= 0),
          PRIMARY KEY (offer_id, price_list_id)
        )""")
    op.execute("CREATE INDEX timed_price_list ON product.timed_price (price_list_id, offer_id)")


def _media() -> None:
    op.execute("""
        CREATE TABLE product.media (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          shop_id uuid NOT NULL,
          alt jsonb NOT NULL,
          width int NOT NULL CHECK (width > 0),
          height int NOT NULL CHECK (height > 0),
          bytes bigint NOT NULL CHECK (bytes > 0),
          kept_bytes bigint NOT NULL CHECK (kept_bytes >= bytes),
          digest text NOT NULL,
          uploaded_by text NOT NULL,
          uploaded_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX media_shop ON product.media (shop_id, id) INCLUDE (kept_bytes)")
    # Bytes that no picture may have: of an upload that is under way or was given up, of a picture that is gone.
    op.execute("CREATE TABLE product.media_loose (id uuid PRIMARY KEY, since timestamptz NOT NULL)")
    op.execute("CREATE INDEX media_loose_since ON product.media_loose (since, id)")
