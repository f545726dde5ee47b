"""The authorization code flow: where apps are sent back to, what was granted, and refresh tokens.

Revision ID: interconnect_0002
"""

from alembic import op

revision = "interconnect_0002"
down_revision = "interconnect_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE interconnect.app
          ADD COLUMN redirect_uris text[] NOT NULL DEFAULT '{}',
          ADD COLUMN secret_hash bytea""")
    op.execute("ALTER TABLE interconnect.app_token ADD COLUMN authorization_id uuid")
    op.execute("""
        CREATE INDEX app_token_authorization ON interconnect.app_token (authorization_id)
         WHERE authorization_id IS NOT NULL""")
    op.execute("""
        CREATE TABLE interconnect.authorization (
          authorization_id uuid PRIMARY KEY,
          app_id uuid NOT NULL,
          shop_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
          granted_by uuid NOT NULL,
          granted_at timestamptz NOT NULL,
          redirect_uri text NOT NULL,
          challenge text NOT NULL,
          code_hash bytea NOT NULL,
          code_expires_at timestamptz NOT NULL,
          code_used_at timestamptz,
          ended_at timestamptz,
          reason text NOT NULL DEFAULT '',
          CONSTRAINT authorization_code UNIQUE (code_hash)
        )""")
    op.execute("""
        CREATE INDEX authorization_of ON interconnect.authorization (app_id, shop_id) WHERE ended_at IS NULL""")
    op.execute("""
        CREATE TABLE interconnect.refresh_token (
          token_hash bytea PRIMARY KEY,
          authorization_id uuid NOT NULL,
          issued_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL,
          used_at timestamptz
        )""")
    op.execute("CREATE INDEX refresh_token_of ON interconnect.refresh_token (authorization_id)")
