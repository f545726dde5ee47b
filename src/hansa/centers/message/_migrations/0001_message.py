"""Notifications, how far each got on each channel and the log of attempts; what parties want, and how mail fares.

Revision ID: message_0001
"""

from alembic import op

revision = "message_0001"
down_revision = None
branch_labels = ("message",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS message")
    _notifications()
    _deliveries()
    _wishes()


def _notifications() -> None:
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
          about_kind text,
          about_id text,
          PRIMARY KEY (party_id, notification_id),
          CONSTRAINT notification_about CHECK (num_nulls(about_kind, about_id) IN (0, 2))
        )""")
    op.execute("""
        CREATE INDEX notification_unread ON message.notification (party_id, business, traffic)
         WHERE in_app AND read_at IS NULL""")


def _deliveries() -> None:
    op.execute("""
        CREATE TABLE message.delivery (
          party_id uuid NOT NULL,
          notification_id uuid NOT NULL,
          channel text NOT NULL,
          state text NOT NULL
            CHECK (state IN ('queued', 'sent', 'suppressed', 'undeliverable', 'failed', 'bounced')),
          reason text NOT NULL,
          attempts int NOT NULL,
          updated_at timestamptz NOT NULL,
          not_before timestamptz CHECK (not_before IS NULL OR state = 'queued'),
          PRIMARY KEY (party_id, notification_id, channel)
        )""")
    op.execute("""
        CREATE INDEX delivery_later ON message.delivery (notification_id) WHERE not_before IS NOT NULL""")
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
    op.execute("""
        CREATE TABLE message.mail_standing (
          party_id uuid NOT NULL PRIMARY KEY,
          fingerprint bytea NOT NULL,
          refusals int NOT NULL CHECK (refusals > 0),
          code text NOT NULL,
          suppressed_at timestamptz
        )""")


def _wishes() -> None:
    op.execute("""
        CREATE TABLE message.preference (
          party_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          topic text NOT NULL,
          channel text NOT NULL,
          enabled boolean NOT NULL,
          changed_at timestamptz NOT NULL,
          PRIMARY KEY (party_id, business, traffic, topic, channel)
        )""")
    op.execute("""
        CREATE TABLE message.quiet_hours (
          party_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          starts time NOT NULL,
          ends time NOT NULL CHECK (ends <> starts),
          time_zone text NOT NULL,
          PRIMARY KEY (party_id, business, traffic)
        )""")
