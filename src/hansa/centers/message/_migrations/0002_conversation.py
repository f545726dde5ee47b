"""Conversations between buyers and shops, what was said in them, and reports of it.

Revision ID: message_0002
"""

from alembic import op

revision = "message_0002"
down_revision = "message_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _reports()


def _conversations() -> None:
    op.execute("""
        CREATE TABLE message.conversation (
          conversation_id uuid NOT NULL PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          reference text NOT NULL,
          subject_kind text NOT NULL,
          title text NOT NULL,
          buyer uuid NOT NULL,
          shop_id uuid NOT NULL,
          state text NOT NULL CHECK (state IN ('open', 'closed', 'blocked')),
          previous_state text,
          blocked_by text,
          last_number int NOT NULL,
          buyer_read int NOT NULL,
          shop_read int NOT NULL,
          buyer_unread int NOT NULL,
          shop_unread int NOT NULL,
          buyer_told_at timestamptz,
          shop_told_at timestamptz,
          opened_at timestamptz NOT NULL,
          last_at timestamptz NOT NULL,
          CHECK ((state = 'blocked') = (blocked_by IS NOT NULL)),
          CHECK (((previous_state IS NULL AND state = 'open')
                 OR (previous_state, state) IN (('open', 'closed'), ('open', 'blocked'), ('closed', 'open'),
                                                ('closed', 'blocked'), ('blocked', 'blocked'),
                                                ('blocked', 'open'))) IS TRUE),
          CHECK (buyer_read BETWEEN 0 AND last_number AND shop_read BETWEEN 0 AND last_number),
          CHECK (buyer_unread BETWEEN 0 AND last_number AND shop_unread BETWEEN 0 AND last_number)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX conversation_once
            ON message.conversation (buyer, shop_id, reference, business, traffic)""")
    op.execute("""
        CREATE INDEX conversation_of_buyer ON message.conversation (buyer, last_at, conversation_id)""")
    op.execute("""
        CREATE INDEX conversation_of_shop ON message.conversation (shop_id, last_at, conversation_id)""")
    op.execute("""
        CREATE TABLE message.said (
          conversation_id uuid NOT NULL,
          number int NOT NULL,
          side text NOT NULL CHECK (side IN ('buyer', 'shop')),
          author uuid NOT NULL,
          text text NOT NULL,
          media uuid[] NOT NULL,
          state text NOT NULL CHECK (state IN ('shown', 'withheld', 'erased')),
          sent_at timestamptz NOT NULL,
          PRIMARY KEY (conversation_id, number),
          CHECK ((state = 'erased') = (text = '' AND cardinality(media) = 0))
        )""")
    op.execute("CREATE INDEX said_by ON message.said (author, sent_at)")
    op.execute("""
        CREATE TABLE message.picture (
          party uuid NOT NULL,
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          uploaded_at timestamptz NOT NULL,
          conversation_id uuid,
          PRIMARY KEY (party, id)
        )""")
    op.execute("CREATE INDEX picture_unsaid ON message.picture (uploaded_at) WHERE conversation_id IS NULL")
    op.execute("CREATE INDEX picture_said ON message.picture (conversation_id)")


def _reports() -> None:
    op.execute("""
        CREATE TABLE message.report (
          report_id uuid NOT NULL PRIMARY KEY,
          conversation_id uuid NOT NULL,
          number int NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          reporter uuid NOT NULL,
          side text NOT NULL,
          reason text NOT NULL,
          note text NOT NULL,
          reported_at timestamptz NOT NULL,
          resolution text,
          resolved_by text,
          resolved_at timestamptz,
          CHECK ((resolution IS NULL) = (resolved_at IS NULL))
        )""")
    op.execute("""
        CREATE UNIQUE INDEX report_waiting_once ON message.report (conversation_id, number, side)
         WHERE resolution IS NULL""")
    op.execute("CREATE INDEX report_listed ON message.report (business, traffic, report_id)")
    op.execute("CREATE INDEX report_by ON message.report (reporter)")
