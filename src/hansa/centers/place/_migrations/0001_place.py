"""Places.

Revision ID: place_0001
"""

from alembic import op

revision = "place_0001"
down_revision = None
branch_labels = ("place",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS place")
    op.execute("""
        CREATE TABLE place.place (
          id uuid PRIMARY KEY,
          business text NOT NULL,
          shop_id uuid,
          kind text NOT NULL,
          name jsonb NOT NULL,
          address text NOT NULL,
          lat double precision,
          lon double precision,
          gln text,
          capabilities text[] NOT NULL,
          hours jsonb,
          active boolean NOT NULL,
          added_at timestamptz NOT NULL,
          version bigint NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT place_gln UNIQUE (gln),
          CONSTRAINT place_gln_digits CHECK (gln ~ '^[0-9]{13}$'),
          CONSTRAINT place_on_earth CHECK (
            (lat IS NULL) = (lon IS NULL)
            AND (lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180)))
        )""")
    op.execute("CREATE INDEX place_shop ON place.place (shop_id, id)")
    op.execute("CREATE INDEX place_changed ON place.place (changed_xid)")
