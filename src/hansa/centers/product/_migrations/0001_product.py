"""Imports, categories, products, SKUs, offers and the list of what is on sale.

Revision ID: product_0001
"""

from alembic import op

revision = "product_0001"
down_revision = None
branch_labels = ("product",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS product")
    _imports()
    _categories()
    _products()
    _offers()
    _offers_now()
    _listings()


def _imports() -> None:
    op.execute("""
        CREATE TABLE product.import (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          format text NOT NULL CHECK (format IN ('csv', 'jsonl')),
          made_by text NOT NULL,
          created_at timestamptz NOT NULL,
          previous_state text,
          state text NOT NULL,
          flipped boolean NOT NULL GENERATED ALWAYS AS (state IN ('flipped', 'done')) STORED,
          parts int NOT NULL DEFAULT 0,
          rows_read int NOT NULL DEFAULT 0,
          rows_bad int NOT NULL DEFAULT 0,
          rows_judged int NOT NULL DEFAULT 0,
          rows_written int NOT NULL DEFAULT 0,
          rows_settled int NOT NULL DEFAULT 0,
          runs int NOT NULL DEFAULT 0,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT import_transition CHECK ((
            (previous_state IS NULL AND state = 'receiving') OR previous_state = state
            OR (previous_state, state) IN (
              ('receiving', 'reading'), ('receiving', 'cancelled'), ('reading', 'writing'), ('reading', 'rejected'),
              ('reading', 'cancelled'), ('writing', 'flipped'), ('writing', 'rejected'), ('writing', 'cancelled'),
              ('flipped', 'done'))) IS TRUE)
        )""")
    op.execute("CREATE INDEX import_shop ON product.import (shop_id, id)")
    op.execute("""
        CREATE UNIQUE INDEX import_active ON product.import (shop_id)
         WHERE state IN ('receiving', 'reading', 'writing', 'flipped')""")
    op.execute("CREATE INDEX import_changed ON product.import (changed_xid)")
    op.execute("""
        CREATE TABLE product.import_part (
          import_id uuid NOT NULL REFERENCES product.import (id),
          number int NOT NULL CHECK (number > 0),
          content text NOT NULL,
          PRIMARY KEY (import_id, number)
        )""")
    op.execute("""
        CREATE TABLE product.import_row (
          import_id uuid NOT NULL REFERENCES product.import (id),
          line int NOT NULL,
          product_code text NOT NULL,
          option_key text NOT NULL,
          said jsonb NOT NULL,
          errors jsonb,
          PRIMARY KEY (import_id, line)
        )""")
    op.execute("CREATE INDEX import_row_product ON product.import_row (import_id, product_code, line)")
    op.execute("CREATE INDEX import_row_bad ON product.import_row (import_id, line) WHERE errors IS NOT NULL")


def _categories() -> None:
    op.execute("""
        CREATE TABLE product.category (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          slug text NOT NULL,
          names jsonb NOT NULL,
          parent_id uuid REFERENCES product.category (id),
          lineage uuid[] NOT NULL,
          position int NOT NULL,
          attributes jsonb NOT NULL DEFAULT '[]',
          version bigint NOT NULL DEFAULT 1,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT category_slug UNIQUE (business, slug),
          CONSTRAINT category_ends_its_lineage CHECK (lineage[cardinality(lineage)] = id)
        )""")
    op.execute("CREATE INDEX category_changed ON product.category (changed_xid)")


def _products() -> None:
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
          code text NOT NULL,
          attributes jsonb NOT NULL,
          custom jsonb NOT NULL,
          measure jsonb,
          pictures uuid[] NOT NULL,
          previous_state text,
          state text NOT NULL,
          import_id uuid REFERENCES product.import (id),
          created_at timestamptz NOT NULL,
          version bigint NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT product_transition CHECK ((
            (previous_state IS NULL AND state IN ('draft', 'published'))
            OR (previous_state = state)
            OR (previous_state = 'draft' AND state = 'published')
            OR (previous_state = 'published' AND state = 'archived')
            OR (previous_state = 'archived' AND state = 'draft')) IS TRUE)
        )""")
    op.execute("CREATE UNIQUE INDEX product_code ON product.product (shop_id, code) WHERE code <> ''")
    op.execute("CREATE INDEX product_import ON product.product (import_id) WHERE import_id IS NOT NULL")
    op.execute("CREATE INDEX product_shop ON product.product (shop_id, id)")
    op.execute("CREATE INDEX product_pictures ON product.product USING gin (pictures)")
    op.execute("CREATE INDEX product_changed ON product.product (changed_xid)")
    op.execute("""
        CREATE VIEW product.product_now AS
          SELECT p.* FROM product.product p LEFT JOIN product.import i ON i.id = p.import_id
           WHERE p.import_id IS NULL OR i.flipped""")
    op.execute("""
        CREATE TABLE product.sku (
          id uuid PRIMARY KEY,
          product_id uuid NOT NULL REFERENCES product.product (id),
          values jsonb NOT NULL,
          option_key text NOT NULL,
          code text NOT NULL,
          gtin text,
          art text NOT NULL,
          custom jsonb NOT NULL,
          position int NOT NULL,
          CONSTRAINT sku_options UNIQUE (product_id, option_key)
        )""")
    op.execute("CREATE INDEX sku_code ON product.sku (code) WHERE code <> ''")
    op.execute("CREATE INDEX sku_gtin ON product.sku (gtin) WHERE gtin IS NOT NULL")


def _offers() -> None:
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
          unpublished boolean NOT NULL DEFAULT false,
          on_sale boolean NOT NULL
            GENERATED ALWAYS AS (state = 'active' AND NOT suspended AND NOT unpublished) STORED,
          changes_at timestamptz[] NOT NULL DEFAULT '{}',
          current_minor bigint NOT NULL,
          import_id uuid REFERENCES product.import (id),
          next_price_minor bigint,
          next_list_price_minor bigint,
          version int NOT NULL,
          created_at timestamptz NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT offer_once UNIQUE (sku_id, shop_id, business, traffic),
          CONSTRAINT offer_price CHECK (price_minor >= 0 AND list_price_minor >= 0
                                         AND current_minor >= 0 AND next_price_minor >= 0),
          CONSTRAINT offer_transition CHECK ((
            (previous_state IS NULL AND state = 'active')
            OR (previous_state = 'active' AND state IN ('active', 'withdrawn'))
            OR (previous_state = 'withdrawn' AND state = 'active')) IS TRUE)
        )""")
    op.execute("CREATE INDEX offer_import ON product.offer (import_id) WHERE import_id IS NOT NULL")
    op.execute("CREATE INDEX offer_product ON product.offer (product_id)")
    op.execute("CREATE INDEX offer_shop ON product.offer (shop_id)")
    op.execute("CREATE INDEX offer_changed ON product.offer (changed_xid)")


def _offers_now() -> None:
    # What an import writes ahead is seen by nobody until the import flips, which changes one row.
    op.execute("""
        CREATE VIEW product.offer_now AS
          SELECT o.id, o.business, o.traffic, o.shop_id, o.product_id, o.sku_id, o.currency, o.state,
                 o.on_sale, o.changes_at,
                 CASE WHEN i.flipped AND o.next_price_minor IS NOT NULL
                      THEN o.next_price_minor ELSE o.price_minor END AS price_minor,
                 CASE WHEN i.flipped AND o.next_price_minor IS NOT NULL
                      THEN o.next_list_price_minor ELSE o.list_price_minor END AS list_price_minor,
                 CASE WHEN i.flipped AND o.next_price_minor IS NOT NULL
                      THEN o.version + 1 + cardinality(o.changes_at) ELSE o.version END AS version
            FROM product.offer o LEFT JOIN product.import i ON i.id = o.import_id
           WHERE o.import_id IS NULL OR i.flipped OR o.next_price_minor IS NOT NULL""")


def _listings() -> None:
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
          import_id uuid REFERENCES product.import (id),
          PRIMARY KEY (business, traffic, product_id)
        )""")
    op.execute("CREATE INDEX listing_price ON product.listing (business, traffic, price_minor, product_id)")
    op.execute(
        "CREATE INDEX listing_category ON product.listing (business, traffic, category_id, product_id)"
    )
