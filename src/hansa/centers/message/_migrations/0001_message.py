"""Notifications, how far each got on each channel, and the log of attempts.

Revision ID: message_0001
"""

from alembic import op

revision = "message_0001"
down_revision = None
branch_labels = ("message",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS message")
    op.execute("""
        CREATE TABLE message.notification (
          party_id uuid NOT NULL,
          notification_id uuid NOT NULL,
          template text NOT NULL,
          params jsonb NOT NULL,
          locale text,
          business text NOT NULL,
          traffic text NOT NULL,
          in_app boolean NOT NULL,
          created_at timestamptz NOT NULL,
          read_at timestamptz,
          PRIMARY KEY (party_id, notification_id)
        )""")
    op.execute("""
        CREATE INDEX notification_unread ON message.notification (party_id, business, traffic)
         WHERE in_app AND read_at IS NULL""")
    op.execute("""
        CREATE TABLE message.delivery (
          party_id uuid NOT NULL,
          notification_id uuid NOT NULL,
          channel text NOT NULL,
          state text NOT NULL
            CHECK (state IN ('queued', 'sent', 'suppressed', 'undeliverable', 'failed')),
          reason text NOT NULL,
          attempts int NOT NULL,
          updated_at timestamptz NOT NULL,
          PRIMARY KEY (party_id, notification_id, channel)
        )""")
    op.execute("""
        CREATE TABLE message.delivery_log (
          party_id uuid NOT NULL,
          notification_id uuid NOT NULL,
          log_id uuid NOT NULL,
          channel text NOT NULL,
          outcome text NOT NULL,
          code text NOT NULL,
          at timestamptz NOT NULL,
          PRIMARY KEY (party_id, notification_id, log_id)
        )""")
