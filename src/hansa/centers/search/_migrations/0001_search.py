"""The index of products: two slots of documents, suggestions, words for typos, and popularity.

Revision ID: search_0001
"""

from alembic import op

revision = "search_0001"
down_revision = None
branch_labels = ("search",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS search")
    _generations()
    for slot in (0, 1):
        _documents(f"document_{slot}")
    _words()
    op.execute("""
        CREATE TABLE search.naming (
          business text NOT NULL,
          traffic text NOT NULL,
          field text NOT NULL,
          value text NOT NULL,
          shop_id uuid NOT NULL,
          names jsonb NOT NULL,
          PRIMARY KEY (business, traffic, field, value, shop_id)
        )""")
    op.execute("""
        CREATE TABLE search.label (
          business text NOT NULL,
          traffic text NOT NULL,
          field text NOT NULL,
          value text NOT NULL,
          names jsonb NOT NULL,
          PRIMARY KEY (business, traffic, field, value)
        )""")


def _generations() -> None:
    op.execute("""
        CREATE TABLE search.generation (
          id int PRIMARY KEY,
          slot smallint NOT NULL CHECK (slot IN (0, 1)),
          previous_state text,
          state text NOT NULL,
          began_at timestamptz NOT NULL,
          ended_at timestamptz,
          CONSTRAINT generation_transition CHECK ((
            (previous_state IS NULL AND state IN ('building', 'active'))
            OR (previous_state = 'building' AND state IN ('active', 'abandoned'))
            OR (previous_state = 'active' AND state = 'retired')) IS TRUE)
        )""")
    op.execute("CREATE UNIQUE INDEX generation_active ON search.generation (state) WHERE state = 'active'")
    op.execute(
        "CREATE UNIQUE INDEX generation_building ON search.generation (state) WHERE state = 'building'"
    )
    op.execute("""CREATE UNIQUE INDEX generation_slot ON search.generation (slot)
                  WHERE state IN ('active', 'building')""")
    # The first generation is there from the start: what is put on sale from now on is found.
    op.execute("INSERT INTO search.generation (id, slot, state, began_at) VALUES (1, 0, 'active', now())")
    op.execute("CREATE TABLE search.tracked (product_id uuid PRIMARY KEY)")
    op.execute("""
        CREATE TABLE search.popularity (
          product_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          sold bigint NOT NULL CHECK (sold >= 0),
          votes bigint NOT NULL CHECK (votes >= 0),
          rating int NOT NULL CHECK (rating BETWEEN 0 AND 500),
          PRIMARY KEY (product_id, business, traffic)
        )""")


def _documents(name: str) -> None:
    op.execute(f"""
        CREATE TABLE search.{name} (
          business text NOT NULL,
          traffic text NOT NULL,
          product_id uuid NOT NULL,
          offer_id uuid NOT NULL,
          offers int NOT NULL CHECK (offers > 0),
          price_minor bigint NOT NULL CHECK (price_minor >= 0),
          currency char(3) NOT NULL,
          rank int NOT NULL CHECK (rank >= 0),
          sold bigint NOT NULL,
          votes bigint NOT NULL,
          rating int NOT NULL,
          keys bigint[] NOT NULL,
          facets text[] NOT NULL,
          PRIMARY KEY (business, traffic, product_id)
        )""")
    # Without a list of pending entries: a query must not pay for what was written just before it.
    op.execute(f"CREATE INDEX {name}_keys ON search.{name} USING gin (keys) WITH (fastupdate = off)")
    op.execute(f"CREATE INDEX {name}_rank ON search.{name} (business, traffic, rank, product_id)")
    op.execute(f"CREATE INDEX {name}_price ON search.{name} (business, traffic, price_minor, product_id)")
    op.execute(f"CREATE INDEX {name}_sold ON search.{name} (business, traffic, sold, product_id)")
    op.execute(f"CREATE INDEX {name}_product ON search.{name} (product_id)")
    # The commonest words decide between the two ways to run a query, so enough of them must be known.
    op.execute(f"ALTER TABLE search.{name} ALTER COLUMN keys SET STATISTICS 1000")


def _words() -> None:
    op.execute("""
        CREATE TABLE search.suggestion (
          slot smallint NOT NULL CHECK (slot IN (0, 1)),
          business text NOT NULL,
          traffic text NOT NULL,
          start text COLLATE "C" NOT NULL,
          source uuid NOT NULL,
          language text NOT NULL,
          text text NOT NULL,
          rank int NOT NULL,
          PRIMARY KEY (slot, business, traffic, start, source, language)
        )""")
    op.execute("CREATE INDEX suggestion_source ON search.suggestion (source)")
    # Two letters begin thousands of titles; the best of them are read off this index.
    op.execute("""CREATE INDEX suggestion_head
                  ON search.suggestion (slot, business, traffic, left(start, 2), rank)""")
    op.execute("""
        CREATE TABLE search.word (
          slot smallint NOT NULL CHECK (slot IN (0, 1)),
          business text NOT NULL,
          traffic text NOT NULL,
          word text COLLATE "C" NOT NULL,
          PRIMARY KEY (slot, business, traffic, word)
        )""")
    op.execute("""
        CREATE TABLE search.gram (
          slot smallint NOT NULL CHECK (slot IN (0, 1)),
          business text NOT NULL,
          traffic text NOT NULL,
          gram text COLLATE "C" NOT NULL,
          word text COLLATE "C" NOT NULL,
          PRIMARY KEY (slot, business, traffic, gram, word)
        )""")
