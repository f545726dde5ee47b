"""Words that a business published in place of those of the centers.

Revision ID: message_0003
"""

from alembic import op

revision = "message_0003"
down_revision = "message_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE message.template (
          business text NOT NULL,
          name text NOT NULL,
          language text NOT NULL,
          version int NOT NULL CHECK (version > 0),
          subject text NOT NULL,
          text text NOT NULL,
          html text,
          withdrawn boolean NOT NULL,
          published_at timestamptz NOT NULL,
          published_by text NOT NULL,
          PRIMARY KEY (business, name, language, version)
        )""")
