"""Received lines, what is written about them, what moderation decided, and the summaries.

Revision ID: review_0001
"""

from alembic import op

revision = "review_0001"
down_revision = None
branch_labels = ("review",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS review")
    _receipts()
    _entries()
    _pictures()
    _decisions()
    op.execute("""
        CREATE TABLE review.summary (
          business text NOT NULL,
          traffic text NOT NULL,
          kind text NOT NULL CHECK (kind IN ('product', 'shop')),
          subject uuid NOT NULL,
          votes bigint NOT NULL,
          item bigint NOT NULL,
          service bigint NOT NULL CHECK (service BETWEEN votes AND 5 * votes),
          delivery bigint NOT NULL CHECK (delivery BETWEEN votes AND 5 * votes),
          star1 bigint NOT NULL CHECK (star1 >= 0),
          star2 bigint NOT NULL CHECK (star2 >= 0),
          star3 bigint NOT NULL CHECK (star3 >= 0),
          star4 bigint NOT NULL CHECK (star4 >= 0),
          star5 bigint NOT NULL CHECK (star5 >= 0),
          PRIMARY KEY (business, traffic, kind, subject),
          CONSTRAINT summary_adds_up CHECK (
            votes = star1 + star2 + star3 + star4 + star5
            AND item = star1 + 2 * star2 + 3 * star3 + 4 * star4 + 5 * star5)
        )""")


def _receipts() -> None:
    op.execute("""
        CREATE TABLE review.receipt (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          seller uuid NOT NULL,
          lines int NOT NULL CHECK (lines > 0),
          paid_at timestamptz,
          received_at timestamptz NOT NULL,
          open_until timestamptz NOT NULL,
          revealed_at timestamptz,
          complete boolean NOT NULL,  -- no other line of the order can arrive
          PRIMARY KEY (buyer, order_id)
        )""")
    op.execute("CREATE INDEX receipt_order ON review.receipt (order_id)")
    op.execute("""
        CREATE TABLE review.line (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          line_no int NOT NULL CHECK (line_no > 0),
          product_id uuid NOT NULL,
          sku_id uuid NOT NULL,
          title text NOT NULL,
          options text NOT NULL,
          PRIMARY KEY (buyer, order_id, line_no)
        )""")


def _entries() -> None:
    op.execute("""
        CREATE TABLE review.entry (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          line_no int NOT NULL,
          kind text NOT NULL CHECK (kind IN ('review', 'follow_up', 'reply', 'of_buyer')),
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          product_id uuid,
          author uuid NOT NULL,
          item smallint CHECK (item BETWEEN 1 AND 5),
          service smallint CHECK (service BETWEEN 1 AND 5),
          delivery smallint CHECK (delivery BETWEEN 1 AND 5),
          body text NOT NULL,
          media uuid[] NOT NULL CHECK (cardinality(media) <= 9),
          fingerprint bytea,
          previous_state text,
          state text NOT NULL,
          version int NOT NULL DEFAULT 1 CHECK (version > 0),
          reasons text[] NOT NULL,
          written_at timestamptz NOT NULL,
          shown_at timestamptz,
          erased boolean NOT NULL DEFAULT false,
          reported text[] NOT NULL DEFAULT '{}',
          PRIMARY KEY (buyer, order_id, line_no, kind),
          CONSTRAINT entry_stands_on CHECK ((line_no = 0) = (kind = 'of_buyer')),
          CONSTRAINT entry_product CHECK ((product_id IS NULL) = (kind = 'of_buyer')),
          CONSTRAINT entry_scores CHECK (
            (item IS NOT NULL) = (kind IN ('review', 'of_buyer'))
            AND (service IS NOT NULL) = (kind = 'review')
            AND (delivery IS NOT NULL) = (kind = 'review')),
          CONSTRAINT entry_transition CHECK ((
            (previous_state IS NULL AND state IN ('held', 'published'))
            OR (previous_state = 'held' AND state IN ('published', 'refused'))
            OR (previous_state = 'published' AND state = 'refused')
            OR (previous_state = 'refused' AND state = 'published')) IS TRUE),
          CONSTRAINT entry_shown CHECK (shown_at IS NULL OR state = 'published'),
          CONSTRAINT entry_erased CHECK (NOT erased OR (body = '' AND media = '{}' AND fingerprint IS NULL))
        )""")
    op.execute("CREATE INDEX entry_id ON review.entry (id)")
    op.execute("CREATE INDEX entry_reported ON review.entry (business, traffic, id) WHERE reported <> '{}'")
    op.execute("CREATE INDEX entry_author ON review.entry (author, id)")
    op.execute("""CREATE INDEX entry_of_product ON review.entry (product_id, business, traffic, id)
                  WHERE shown_at IS NOT NULL AND kind = 'review'""")
    op.execute("""CREATE INDEX entry_of_shop ON review.entry (shop_id, business, traffic, id)
                  WHERE kind = 'review'""")
    op.execute("CREATE INDEX entry_held ON review.entry (business, traffic, id) WHERE state = 'held'")
    op.execute("CREATE INDEX entry_same ON review.entry (fingerprint) WHERE fingerprint IS NOT NULL")


def _pictures() -> None:
    op.execute("""
        CREATE TABLE review.picture (
          party uuid NOT NULL,
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          uploaded_at timestamptz NOT NULL,
          entry_id uuid,
          PRIMARY KEY (party, id)
        )""")
    op.execute("CREATE INDEX picture_unused ON review.picture (uploaded_at) WHERE entry_id IS NULL")


def _decisions() -> None:
    op.execute("""
        CREATE TABLE review.signal (
          entry_id uuid NOT NULL,
          code text NOT NULL,
          business text NOT NULL,
          weight int NOT NULL CHECK (weight BETWEEN 0 AND 100),
          PRIMARY KEY (entry_id, code)
        )""")
    op.execute("""
        CREATE TABLE review.report (
          entry_id uuid NOT NULL,
          party uuid NOT NULL,
          business text NOT NULL,
          reason text NOT NULL,
          reported_at timestamptz NOT NULL,
          PRIMARY KEY (entry_id, party)
        )""")
    op.execute("CREATE INDEX report_party ON review.report (party)")
    op.execute("""
        CREATE TABLE review.decision (
          entry_id uuid NOT NULL,
          version int NOT NULL CHECK (version > 1),
          business text NOT NULL,
          previous_state text NOT NULL,
          state text NOT NULL,
          at timestamptz NOT NULL,
          actor text NOT NULL,
          reason text NOT NULL,
          PRIMARY KEY (entry_id, version)
        )""")
