"""Categories, products, SKUs, offers and the list of what is on sale.

Revision ID: product_0001
"""

from alembic import op

revision = "product_0001"
down_revision = None
branch_labels = ("product",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS product")
    op.execute("""
        CREATE TABLE product.category (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          slug text NOT NULL,
          names jsonb NOT NULL,
          parent_id uuid REFERENCES product.category (id),
          lineage uuid[] NOT NULL,
          position int NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT category_slug UNIQUE (business, slug),
          CONSTRAINT category_ends_its_lineage CHECK (lineage[cardinality(lineage)] = id)
        )""")
    op.execute("CREATE INDEX category_changed ON product.category (changed_xid)")
    op.execute("""
        CREATE TABLE product.product (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          shop_id uuid NOT NULL,
          category_id uuid REFERENCES product.category (id),
          titles jsonb NOT NULL,
          descriptions jsonb NOT NULL,
          options jsonb NOT NULL,
          art text NOT NULL,
          created_at timestamptz NOT NULL,
          version bigint NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
        )""")
    op.execute("CREATE INDEX product_shop ON product.product (shop_id, id)")
    op.execute("CREATE INDEX product_changed ON product.product (changed_xid)")
    op.execute("""
        CREATE TABLE product.sku (
          id uuid PRIMARY KEY,
          product_id uuid NOT NULL REFERENCES product.product (id),
          values jsonb NOT NULL,
          option_key text NOT NULL,
          code text NOT NULL,
          gtin text,
          art text NOT NULL,
          position int NOT NULL,
          CONSTRAINT sku_options UNIQUE (product_id, option_key)
        )""")
    op.execute("""
        CREATE TABLE product.offer (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          product_id uuid NOT NULL REFERENCES product.product (id),
          sku_id uuid NOT NULL REFERENCES product.sku (id),
          price_minor bigint NOT NULL,
          list_price_minor bigint,
          currency char(3) NOT NULL,
          previous_state text,
          state text NOT NULL,
          suspended boolean NOT NULL DEFAULT false,
          version int NOT NULL,
          created_at timestamptz NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT offer_once UNIQUE (sku_id, shop_id, business, traffic),
          CONSTRAINT offer_price CHECK (price_minor >= 0 AND list_price_minor >= 0),
          CONSTRAINT offer_transition CHECK (
            (previous_state IS NULL AND state = 'active')
            OR (previous_state = 'active' AND state IN ('active', 'withdrawn'))
            OR (previous_state = 'withdrawn' AND state = 'active'))
        )""")
    op.execute("CREATE INDEX offer_product ON product.offer (product_id)")
    op.execute("CREATE INDEX offer_shop ON product.offer (shop_id)")
    op.execute("CREATE INDEX offer_changed ON product.offer (changed_xid)")
    op.execute("""
        CREATE TABLE product.listing (
          business text NOT NULL,
          traffic text NOT NULL,
          product_id uuid NOT NULL REFERENCES product.product (id),
          category_id uuid,
          offer_id uuid NOT NULL,
          price_minor bigint NOT NULL,
          offers int NOT NULL,
          words text NOT NULL,
          PRIMARY KEY (business, traffic, product_id)
        )""")
    op.execute("CREATE INDEX listing_price ON product.listing (business, traffic, price_minor, product_id)")
    op.execute(
        "CREATE INDEX listing_category ON product.listing (business, traffic, category_id, product_id)"
    )
