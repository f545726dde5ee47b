"""Shops and their staff.

Revision ID: shop_0001
"""

from alembic import op

revision = "shop_0001"
down_revision = None
branch_labels = ("shop",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS shop")
    op.execute("""
        CREATE TABLE shop.shop (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          slug text NOT NULL,
          name jsonb NOT NULL,
          owner uuid NOT NULL,
          entity text NOT NULL,
          previous_status text,
          status text NOT NULL,
          version bigint NOT NULL,
          opened_at timestamptz NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT shop_slug UNIQUE (business, traffic, slug),
          CONSTRAINT shop_transition CHECK (
            (previous_status IS NULL AND status = 'active')
            OR (previous_status = 'active' AND status = 'suspended')
            OR (previous_status = 'suspended' AND status = 'active'))
        )""")
    op.execute("CREATE INDEX shop_listed ON shop.shop (business, traffic, id)")
    op.execute("CREATE INDEX shop_owner ON shop.shop (owner)")
    op.execute("CREATE INDEX shop_changed ON shop.shop (changed_xid)")
    op.execute("""
        CREATE TABLE shop.staff (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          party uuid NOT NULL,
          permissions text[] NOT NULL,
          added_at timestamptz NOT NULL,
          PRIMARY KEY (shop_id, party),
          CONSTRAINT staff_has_permissions CHECK (cardinality(permissions) > 0)
        )""")
    op.execute("CREATE INDEX staff_party ON shop.staff (party)")
