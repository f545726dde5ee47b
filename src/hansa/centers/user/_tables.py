"""The tables as `_migrations` makes them.

Personal data stands in `person`, `email_key`, `proof`, `passkey` (its name), `app`, `token` (its label), `export` and
the addresses alone; erasing somebody empties these.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)

from hansa.centers.order import rank_base
from hansa.kernel.snapshot import Xid8

# Global lock order: `tx.locks(RANK)` before rows of a table are locked, then by key.
ATTEMPT_RANK = rank_base("user")
EMAIL_KEY_RANK = rank_base("user") + 1
IDENTITY_RANK = rank_base("user") + 2
PARTY_RANK = rank_base("user") + 3
TOKEN_RANK = rank_base("user") + 4
ADDRESS_RANK = rank_base("user") + 5
PASSKEY_RANK = rank_base("user") + 6
PROOF_RANK = rank_base("user") + 7
PAIRWISE_RANK = rank_base("user") + 8

metadata = MetaData(schema="user")

_AT = DateTime(timezone=True)

party = Table(
    "party",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("kind", Text, CheckConstraint("kind IN ('person', 'app', 'guest')"), nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('active', 'suspended', 'merged', 'erased')"),
        nullable=False,
    ),
    Column("merged_into", Uuid),
    Column("locale", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="party_merged_into_somebody"),
    Index("party_merged_into", "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    Index(
        "party_guests",
        "created_at",
        "party_id",
        postgresql_where=text("kind = 'guest' AND state IN ('active', 'suspended')"),
    ),
)

person = Table(
    "person",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("updated_at", _AT, nullable=False),
)

email_key = Table(
    "email_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("party_id", Uuid, nullable=False),
    Column("verified_at", _AT),
    Column("created_at", _AT, nullable=False),
    Index("email_key_party", "party_id"),
)

password = Table(
    "password",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("changed_at", _AT, nullable=False),
)

log_in_attempt = Table(
    "log_in_attempt",
    metadata,
    Column("email_hash", LargeBinary, primary_key=True),
    Column("attempts", Integer, nullable=False),
    Column("since", _AT, nullable=False),
)

role = Table(
    "role",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("granted_by", Text, nullable=False),
    Column("granted_at", _AT, nullable=False),
    Index("role_party", "role", "party_id"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("party_id", Uuid),
    Column(
        "act",
        Text,
        CheckConstraint("act IN ('seen', 'granted', 'revoked', 'suspended', 'reinstated')"),
        nullable=False,
    ),
    Column("role", Text),
    Column("by", Text, nullable=False),
    Column("at", _AT, nullable=False),
    CheckConstraint("(act IN ('granted', 'revoked')) = (role IS NOT NULL)", name="audit_entry_role_of_roles"),
    Index("audit_entry_party", "party_id", "entry_id"),
    info={"append_only": True},
)

app = Table(
    "app",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("owner", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Index("app_owner", "owner", "party_id"),
)

token = Table(
    "token",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("token_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("kind", Text, CheckConstraint("kind IN ('session', 'api')"), nullable=False),
    Column("label", Text, nullable=False),
    Column("grants", ARRAY(Text), nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Column("ends_at", _AT, nullable=False),
    Column("ended_at", _AT),
    Column("proved_at", _AT),
    Column("browser", Text, nullable=False, server_default=""),
    Column("system", Text, nullable=False, server_default=""),
    Column("seen_at", _AT, nullable=False),
    Column("changed_xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    CheckConstraint("octet_length(hash) = 32", name="token_hash_is_sha256"),
    CheckConstraint("expires_at <= ends_at", name="token_never_past_its_end"),
    Index("token_party", "party_id", "token_id"),
    Index("token_changed", "changed_xid"),
    Index("token_expiry", "expires_at"),
)

address = Table(
    "address",
    metadata,
    Column("address_id", Uuid, primary_key=True),
    Column("party_id", Uuid, nullable=False),
    Column("version_id", Uuid, nullable=False),
    Column("preferred", Boolean, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("removed_at", _AT),
    Index("address_party", "party_id", "address_id"),
)

address_version = Table(
    "address_version",
    metadata,
    Column("version_id", Uuid, primary_key=True),
    Column("address_id", Uuid, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("country", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("street", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("frozen_at", _AT),
    Index("address_version_address", "address_id", "version_id"),
    Index("address_version_unfrozen", "created_at", postgresql_where=text("frozen_at IS NULL")),
)

proof = Table(
    "proof",
    metadata,
    Column("proof_id", Uuid, primary_key=True),
    Column("party_id", Uuid),
    Column(
        "purpose",
        Text,
        CheckConstraint("purpose IN ('verify_email', 'change_email', 'restore_email', 'reset_password')"),
        nullable=False,
    ),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Index("proof_party", "party_id", "purpose"),
    Index("proof_created", "created_at"),
)

ceremony = Table(
    "ceremony",
    metadata,
    Column("ceremony_id", Uuid, primary_key=True),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('add_passkey', 'passkey_log_in', 'prove')"),
        nullable=False,
    ),
    Column("party_id", Uuid),
    Column("challenge", LargeBinary, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Index("ceremony_created", "created_at"),
)

passkey = Table(
    "passkey",
    metadata,
    Column("credential_id", LargeBinary, primary_key=True),
    Column("passkey_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, CheckConstraint("sign_count >= 0"), nullable=False),
    Column("name", Text, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("used_at", _AT),
    Index("passkey_party", "party_id", "passkey_id"),
)

issuer_visit = Table(
    "issuer_visit",
    metadata,
    Column("state_hash", LargeBinary, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("party_id", Uuid),
    Column("nonce", Text, nullable=False),
    Column("verifier", Text, nullable=False),
    Column("return_url", Text, nullable=False),
    Column("created_at", _AT, nullable=False),
    Column("expires_at", _AT, nullable=False),
    Index("issuer_visit_created", "created_at"),
)

identity = Table(
    "identity",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("identity_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("linked_at", _AT, nullable=False),
    Column("used_at", _AT),
    Index("identity_party", "party_id", "identity_id"),
)

consent = Table(
    "consent",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("consent_id", Uuid, primary_key=True),
    Column("business", Text, nullable=False),
    Column("traffic", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("language", Text, nullable=False),
    Column("text_hash", LargeBinary, nullable=False),
    Column("given", Boolean, nullable=False),
    Column("at", _AT, nullable=False),
    CheckConstraint("octet_length(text_hash) = 32", name="consent_text_hash_is_sha256"),
    info={"append_only": True},
)

consent_text = Table(
    "consent_text",
    metadata,
    Column("text_hash", LargeBinary, primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_used_at", _AT, nullable=False),
    info={"append_only": True},
)

pairwise = Table(
    "pairwise",
    metadata,
    Column("sector", Text, primary_key=True),
    Column("party_id", Uuid, primary_key=True),
    Column("pairwise_id", Uuid, nullable=False),
    Column("created_at", _AT, nullable=False),
    Index("pairwise_id", "sector", "pairwise_id", unique=True),
    Index("pairwise_party", "party_id"),
)

link_event = Table(
    "link_event",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("into_party", Uuid, nullable=False),
    Column(
        "kind",
        Text,
        CheckConstraint("kind IN ('merged', 'linked', 'unlinked')"),
        nullable=False,
    ),
    Column("by", Text, nullable=False),
    Column("at", _AT, nullable=False),
    info={"append_only": True},
)

export = Table(
    "export",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("export_id", Uuid, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('waiting', 'ready', 'failed')"), nullable=False),
    Column("content", LargeBinary),
    Column("traffic", Text, nullable=False),
    Column("requested_at", _AT, nullable=False),
    Column("ready_at", _AT),
    Column("expires_at", _AT, nullable=False),
    CheckConstraint("(state = 'ready') = (content IS NOT NULL)", name="export_ready_with_content"),
    Index("export_requested", "requested_at"),
)

erasure = Table(
    "erasure",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("parties", ARRAY(Uuid), nullable=False),
    Column("traffic", Text, nullable=False),
    Column("requested_at", _AT, nullable=False),
    Column("due_at", _AT, nullable=False),
    Column("waits_for", Text),
    Column("reason", Text),
    Column("erased_at", _AT),
)
