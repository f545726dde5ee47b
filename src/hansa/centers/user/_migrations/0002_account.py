"""Ways in beside the password, proofs by mail, consents, identifiers for outsiders, export and erasure.

Revision ID: user_0002
"""

from alembic import op

revision = "user_0002"
down_revision = "user_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _ways_in()
    _issuers()
    _consents()
    _being_somebody()


def _ways_in() -> None:
    op.execute("""
        CREATE TABLE "user".proof (
          proof_id uuid PRIMARY KEY,
          party_id uuid,
          purpose text NOT NULL
            CHECK (purpose IN ('verify_email', 'change_email', 'restore_email', 'reset_password')),
          email text NOT NULL,
          email_key text NOT NULL,
          locale text NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          created_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL
        )""")
    op.execute('CREATE INDEX proof_party ON "user".proof (party_id, purpose)')
    op.execute('CREATE INDEX proof_created ON "user".proof (created_at)')
    op.execute("""
        CREATE TABLE "user".ceremony (
          ceremony_id uuid PRIMARY KEY,
          kind text NOT NULL CHECK (kind IN ('add_passkey', 'passkey_log_in', 'prove')),
          party_id uuid,
          challenge bytea NOT NULL,
          created_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL
        )""")
    op.execute('CREATE INDEX ceremony_created ON "user".ceremony (created_at)')
    op.execute("""
        CREATE TABLE "user".passkey (
          credential_id bytea PRIMARY KEY,
          passkey_id uuid NOT NULL,
          party_id uuid NOT NULL,
          public_key bytea NOT NULL,
          sign_count bigint NOT NULL CHECK (sign_count >= 0),
          name text NOT NULL,
          backed_up boolean NOT NULL,
          created_at timestamptz NOT NULL,
          used_at timestamptz
        )""")
    op.execute('CREATE INDEX passkey_party ON "user".passkey (party_id, passkey_id)')


def _issuers() -> None:
    op.execute("""
        CREATE TABLE "user".issuer_visit (
          state_hash bytea PRIMARY KEY,
          issuer text NOT NULL,
          party_id uuid,
          nonce text NOT NULL,
          verifier text NOT NULL,
          return_url text NOT NULL,
          created_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL
        )""")
    op.execute('CREATE INDEX issuer_visit_created ON "user".issuer_visit (created_at)')
    op.execute("""
        CREATE TABLE "user".identity (
          issuer text NOT NULL,
          subject text NOT NULL,
          identity_id uuid NOT NULL,
          party_id uuid NOT NULL,
          linked_at timestamptz NOT NULL,
          used_at timestamptz,
          PRIMARY KEY (issuer, subject)
        )""")
    op.execute('CREATE INDEX identity_party ON "user".identity (party_id, identity_id)')


def _consents() -> None:
    op.execute("""
        CREATE TABLE "user".consent (
          party_id uuid NOT NULL,
          consent_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          purpose text NOT NULL,
          version int NOT NULL,
          language text NOT NULL,
          text_hash bytea NOT NULL,
          given boolean NOT NULL,
          at timestamptz NOT NULL,
          PRIMARY KEY (party_id, consent_id),
          CONSTRAINT consent_text_hash_is_sha256 CHECK (octet_length(text_hash) = 32)
        )""")
    op.execute("""
        CREATE TABLE "user".consent_text (
          text_hash bytea PRIMARY KEY,
          text text NOT NULL,
          first_used_at timestamptz NOT NULL
        )""")


def _being_somebody() -> None:
    op.execute("""
        CREATE TABLE "user".pairwise (
          sector text NOT NULL,
          party_id uuid NOT NULL,
          pairwise_id uuid NOT NULL,
          created_at timestamptz NOT NULL,
          PRIMARY KEY (sector, party_id)
        )""")
    op.execute('CREATE UNIQUE INDEX pairwise_id ON "user".pairwise (sector, pairwise_id)')
    op.execute('CREATE INDEX pairwise_party ON "user".pairwise (party_id)')
    op.execute("""
        CREATE TABLE "user".link_event (
          party_id uuid NOT NULL,
          event_id uuid NOT NULL,
          into_party uuid NOT NULL,
          kind text NOT NULL CHECK (kind IN ('merged', 'linked', 'unlinked')),
          by text NOT NULL,
          at timestamptz NOT NULL,
          PRIMARY KEY (party_id, event_id)
        )""")
    op.execute("""
        CREATE TABLE "user".export (
          party_id uuid PRIMARY KEY,
          export_id uuid NOT NULL,
          state text NOT NULL CHECK (state IN ('waiting', 'ready', 'failed')),
          content bytea,
          traffic text NOT NULL,
          requested_at timestamptz NOT NULL,
          ready_at timestamptz,
          expires_at timestamptz NOT NULL,
          CONSTRAINT export_ready_with_content CHECK ((state = 'ready') = (content IS NOT NULL))
        )""")
    op.execute('CREATE INDEX export_requested ON "user".export (requested_at)')
    op.execute("""
        CREATE TABLE "user".erasure (
          party_id uuid PRIMARY KEY,
          parties uuid[] NOT NULL,
          traffic text NOT NULL,
          requested_at timestamptz NOT NULL,
          due_at timestamptz NOT NULL,
          waits_for text,
          reason text,
          erased_at timestamptz
        )""")
