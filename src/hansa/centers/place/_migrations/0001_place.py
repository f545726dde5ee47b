"""Places, and every version of them.

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
          traffic text NOT NULL,
          kind text NOT NULL,
          name jsonb NOT NULL,
          address text NOT NULL,
          country text,
          postal_code text,
          lat double precision,
          lon double precision,
          area jsonb,
          gln text,
          capabilities text[] NOT NULL,
          hours jsonb,
          previous_status text,
          status text NOT NULL,
          added_at timestamptz NOT NULL,
          version bigint NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT place_gln UNIQUE (traffic, gln),
          CONSTRAINT place_gln_digits CHECK (gln ~ '^[0-9]{13}$'),
          CONSTRAINT place_country CHECK (country ~ '^[A-Z]{2}$'),
          CONSTRAINT place_on_earth CHECK (
            (lat IS NULL) = (lon IS NULL)
            AND (lat IS NULL OR (lat BETWEEN -90 AND 90 AND lon BETWEEN -180 AND 180))),
          CONSTRAINT place_transition CHECK (
            (coalesce(previous_status, ''), status) IN (('', 'open'), ('open', 'paused'), ('open', 'closed'),
              ('paused', 'open'), ('paused', 'closed')))
        )""")
    op.execute("CREATE INDEX place_shop ON place.place (shop_id, id)")
    op.execute("CREATE INDEX place_changed ON place.place (changed_xid)")
    op.execute("CREATE INDEX place_nearby ON place.place USING gist (point(lon, lat)) WHERE status = 'open'")
    op.execute("""
        CREATE TABLE place.place_version (
          place_id uuid NOT NULL REFERENCES place.place (id),
          version bigint NOT NULL,
          place jsonb NOT NULL,
          actor text NOT NULL,
          changed_at timestamptz NOT NULL,
          PRIMARY KEY (place_id, version)
        )""")
