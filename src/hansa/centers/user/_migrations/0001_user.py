"""Parties, how they log in, what they may do, where they live.

Revision ID: user_0001
"""

from alembic import op

revision = "user_0001"
down_revision = None
branch_labels = ("user",)
depends_on = None


def upgrade() -> None:
    op.execute('CREATE SCHEMA IF NOT EXISTS "user"')
    _parties()
    _log_in()
    _addresses()


def _parties() -> None:
    op.execute("""
        CREATE TABLE "user".party (
          party_id uuid PRIMARY KEY,
          kind text NOT NULL CHECK (kind IN ('person', 'app', 'guest')),
          state text NOT NULL CHECK (state IN ('active', 'suspended', 'merged', 'erased')),
          merged_into uuid,
          locale text NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          created_at timestamptz NOT NULL,
          CONSTRAINT party_merged_into_somebody CHECK ((state = 'merged') = (merged_into IS NOT NULL))
        )""")
    op.execute('CREATE INDEX party_merged_into ON "user".party (merged_into) WHERE merged_into IS NOT NULL')
    op.execute("""
        CREATE INDEX party_guests ON "user".party (created_at, party_id)
         WHERE kind = 'guest' AND state IN ('active', 'suspended')""")
    op.execute("""
        CREATE TABLE "user".person (
          party_id uuid PRIMARY KEY,
          name text NOT NULL,
          email text NOT NULL,
          updated_at timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE "user".role (
          party_id uuid NOT NULL,
          role text NOT NULL,
          granted_by text NOT NULL,
          granted_at timestamptz NOT NULL,
          PRIMARY KEY (party_id, role)
        )""")
    op.execute('CREATE INDEX role_party ON "user".role (role, party_id)')
    op.execute("""
        CREATE TABLE "user".audit_entry (
          entry_id uuid PRIMARY KEY,
          party_id uuid,
          act text NOT NULL CHECK (act IN ('seen', 'granted', 'revoked', 'suspended', 'reinstated')),
          role text,
          by text NOT NULL,
          at timestamptz NOT NULL,
          CONSTRAINT audit_entry_role_of_roles CHECK ((act IN ('granted', 'revoked')) = (role IS NOT NULL))
        )""")
    op.execute('CREATE INDEX audit_entry_party ON "user".audit_entry (party_id, entry_id)')
    op.execute("""
        CREATE TABLE "user".app (
          party_id uuid PRIMARY KEY,
          owner uuid NOT NULL,
          name text NOT NULL
        )""")
    op.execute('CREATE INDEX app_owner ON "user".app (owner, party_id)')


def _log_in() -> None:
    op.execute("""
        CREATE TABLE "user".email_key (
          key text PRIMARY KEY,
          party_id uuid NOT NULL,
          verified_at timestamptz,
          created_at timestamptz NOT NULL
        )""")
    op.execute('CREATE INDEX email_key_party ON "user".email_key (party_id)')
    op.execute("""
        CREATE TABLE "user".password (
          party_id uuid PRIMARY KEY,
          hash text NOT NULL,
          changed_at timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE "user".log_in_attempt (
          email_hash bytea PRIMARY KEY,
          attempts int NOT NULL,
          since timestamptz NOT NULL
        )""")
    op.execute("""
        CREATE TABLE "user".token (
          hash bytea PRIMARY KEY,
          token_id uuid NOT NULL,
          party_id uuid NOT NULL,
          kind text NOT NULL CHECK (kind IN ('session', 'api')),
          label text NOT NULL,
          grants text[] NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          created_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL,
          ends_at timestamptz NOT NULL,
          ended_at timestamptz,
          proved_at timestamptz,
          browser text NOT NULL DEFAULT '',
          system text NOT NULL DEFAULT '',
          seen_at timestamptz NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT token_hash_is_sha256 CHECK (octet_length(hash) = 32),
          CONSTRAINT token_never_past_its_end CHECK (expires_at <= ends_at)
        )""")
    op.execute('CREATE INDEX token_party ON "user".token (party_id, token_id)')
    op.execute('CREATE INDEX token_changed ON "user".token (changed_xid)')
    op.execute('CREATE INDEX token_expiry ON "user".token (expires_at)')


def _addresses() -> None:
    op.execute("""
        CREATE TABLE "user".address (
          address_id uuid PRIMARY KEY,
          party_id uuid NOT NULL,
          version_id uuid NOT NULL,
          preferred boolean NOT NULL,
          created_at timestamptz NOT NULL,
          removed_at timestamptz
        )""")
    op.execute('CREATE INDEX address_party ON "user".address (party_id, address_id)')
    op.execute("""
        CREATE TABLE "user".address_version (
          version_id uuid PRIMARY KEY,
          address_id uuid NOT NULL,
          recipient text NOT NULL,
          phone text NOT NULL,
          country text NOT NULL,
          region text NOT NULL,
          city text NOT NULL,
          district text NOT NULL,
          street text NOT NULL,
          postcode text NOT NULL,
          created_at timestamptz NOT NULL,
          frozen_at timestamptz
        )""")
    op.execute('CREATE INDEX address_version_address ON "user".address_version (address_id, version_id)')
    op.execute("""
        CREATE INDEX address_version_unfrozen ON "user".address_version (created_at)
         WHERE frozen_at IS NULL""")
