"""Apps and their installations; webhook endpoints, public events, deliveries and attempts.

Revision ID: interconnect_0001
"""

from alembic import op

revision = "interconnect_0001"
down_revision = None
branch_labels = ("interconnect",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS interconnect")
    _apps()
    _endpoints()
    _deliveries()


def _apps() -> None:
    op.execute("""
        CREATE TABLE interconnect.app (
          app_id uuid PRIMARY KEY,
          owner uuid NOT NULL,
          business text NOT NULL,
          about jsonb NOT NULL,
          homepage text NOT NULL,
          scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
          sandbox_shop uuid,
          registered_at timestamptz NOT NULL,
          retired_at timestamptz
        )""")
    op.execute("CREATE INDEX app_owner ON interconnect.app (owner, app_id)")
    op.execute("""
        CREATE TABLE interconnect.installation (
          app_id uuid NOT NULL,
          shop_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
          installed_by uuid NOT NULL,
          installed_at timestamptz NOT NULL,
          ended_at timestamptz,
          PRIMARY KEY (app_id, shop_id)
        )""")
    op.execute("CREATE INDEX installation_shop ON interconnect.installation (shop_id, app_id)")
    op.execute("""
        CREATE TABLE interconnect.app_token (
          app_id uuid NOT NULL,
          shop_id uuid NOT NULL,
          token_id uuid NOT NULL,
          issued_at timestamptz NOT NULL,
          PRIMARY KEY (app_id, shop_id, token_id)
        )""")


def _endpoints() -> None:
    op.execute("""
        CREATE TABLE interconnect.endpoint (
          endpoint_id uuid PRIMARY KEY,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid,
          app_id uuid,
          url text NOT NULL,
          types text[] NOT NULL CHECK (cardinality(types) > 0),
          description text NOT NULL,
          previous_state text,
          state text NOT NULL,
          reason text NOT NULL DEFAULT '',
          secret text NOT NULL,
          old_secret text,
          old_secret_until timestamptz,
          sealed_with text NOT NULL,
          failing_since timestamptz,
          created_by uuid NOT NULL,
          created_at timestamptz NOT NULL,
          version int NOT NULL DEFAULT 1 CHECK (version > 0),
          CONSTRAINT endpoint_of_one CHECK (num_nonnulls(shop_id, app_id) = 1),
          CONSTRAINT endpoint_old_secret_ends CHECK ((old_secret IS NULL) = (old_secret_until IS NULL)),
          CONSTRAINT endpoint_transition CHECK ((
            (previous_state IS NULL AND state = 'active')
            OR (previous_state = 'active' AND state IN ('disabled', 'removed'))
            OR (previous_state = 'disabled' AND state IN ('active', 'removed'))) IS TRUE)
        )""")
    op.execute("CREATE INDEX endpoint_created_by ON interconnect.endpoint (created_by)")
    op.execute(
        "CREATE INDEX endpoint_shop ON interconnect.endpoint (shop_id, endpoint_id) WHERE shop_id IS NOT NULL"
    )
    op.execute(
        "CREATE INDEX endpoint_app ON interconnect.endpoint (app_id, endpoint_id) WHERE app_id IS NOT NULL"
    )


def _deliveries() -> None:
    # `seq` rises in the order of commits: one handler writes shops' events, in one transaction at a time.
    op.execute("""
        CREATE TABLE interconnect.message (
          message_id uuid PRIMARY KEY,
          seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid,
          app_id uuid,
          type text NOT NULL,
          permission text,
          payload text NOT NULL,
          occurred_at timestamptz NOT NULL,
          created_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX message_feed ON interconnect.message (shop_id, seq) WHERE app_id IS NULL")
    op.execute("CREATE INDEX message_created ON interconnect.message USING brin (created_at)")
    op.execute("""
        CREATE TABLE interconnect.delivery (
          endpoint_id uuid NOT NULL,
          delivery_id uuid NOT NULL,
          message_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          state text NOT NULL CHECK (state IN ('due', 'waiting', 'delivered', 'failed', 'skipped')),
          attempts int NOT NULL DEFAULT 0,
          tries int NOT NULL DEFAULT 0,
          round int NOT NULL DEFAULT 1,
          leased_until timestamptz,
          created_at timestamptz NOT NULL,
          settled_at timestamptz,
          PRIMARY KEY (endpoint_id, delivery_id),
          CONSTRAINT delivery_once UNIQUE (endpoint_id, message_id),
          CONSTRAINT delivery_settled CHECK (
            (state IN ('delivered', 'failed', 'skipped')) = (settled_at IS NOT NULL))
        )""")
    op.execute("""
        CREATE INDEX delivery_due ON interconnect.delivery (endpoint_id, delivery_id) WHERE state = 'due'""")
    op.execute("CREATE INDEX delivery_id ON interconnect.delivery (delivery_id)")
    op.execute("CREATE INDEX delivery_created ON interconnect.delivery USING brin (created_at)")
    op.execute("""
        CREATE TABLE interconnect.attempt (
          endpoint_id uuid NOT NULL,
          delivery_id uuid NOT NULL,
          attempt_id uuid NOT NULL,
          at timestamptz NOT NULL,
          outcome text NOT NULL,
          status int,
          duration_ms int NOT NULL CHECK (duration_ms >= 0),
          response text NOT NULL CHECK (length(response) <= 1000),
          recorded_at timestamptz NOT NULL,
          PRIMARY KEY (endpoint_id, delivery_id, attempt_id)
        )""")
    op.execute("CREATE INDEX attempt_recorded ON interconnect.attempt USING brin (recorded_at)")
