"""Shops: their slugs, what they said of themselves, their staff, the steps of their lives, commission.

Revision ID: shop_0001
"""

from alembic import op

revision = "shop_0001"
down_revision = None
branch_labels = ("shop",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS shop")
    _commission()
    _shops()
    _lives()
    _profiles()
    _sellers()
    _staff()


def _commission() -> None:
    op.execute("""
        CREATE TABLE shop.commission_rule (
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid,
          category_id uuid,
          offer_id uuid,
          kind text,
          basis_points integer NOT NULL,
          valid_from timestamptz NOT NULL,
          valid_until timestamptz,
          created_at timestamptz NOT NULL,
          created_by text NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          PRIMARY KEY (id),
          CONSTRAINT commission_rule_rate CHECK (basis_points BETWEEN 0 AND 10000),
          CONSTRAINT commission_rule_validity CHECK (valid_until >= valid_from)
        )""")
    op.execute("CREATE INDEX commission_rule_changed ON shop.commission_rule (changed_xid)")
    op.execute("CREATE INDEX commission_rule_listed ON shop.commission_rule (business, traffic, id)")


def _shops() -> None:
    op.execute("""
        CREATE TABLE shop.slug (
          business text NOT NULL,
          traffic text NOT NULL,
          slug text NOT NULL,
          shop_id uuid NOT NULL,
          taken_at timestamptz NOT NULL,
          PRIMARY KEY (business, traffic, slug),
          CONSTRAINT slug_of_shop UNIQUE (business, traffic, slug, shop_id)
        )""")
    op.execute("CREATE INDEX slug_shop ON shop.slug (shop_id)")
    op.execute("""
        CREATE TABLE shop.shop (
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          slug text NOT NULL,
          name jsonb NOT NULL,
          owner uuid NOT NULL,
          previous_status text,
          status text NOT NULL,
          submission integer NOT NULL,
          submitted_at timestamptz,
          seller uuid,
          version bigint NOT NULL,
          opened_at timestamptz NOT NULL,
          changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          PRIMARY KEY (id),
          CONSTRAINT shop_slug UNIQUE (business, traffic, slug),
          CONSTRAINT shop_has_slug FOREIGN KEY(business, traffic, slug, id)
            REFERENCES shop.slug (business, traffic, slug, shop_id),
          CONSTRAINT shop_transition CHECK (
            (coalesce(previous_status, ''), status) IN (('', 'active'), ('', 'pending'),
              ('active', 'closing'), ('active', 'suspended'), ('approved', 'active'),
              ('approved', 'closed'), ('closing', 'active'), ('closing', 'closed'),
              ('closing', 'suspended'), ('onboarding', 'closed'), ('onboarding',
              'ready_for_review'), ('pending', 'closed'), ('pending', 'onboarding'),
              ('ready_for_review', 'approved'), ('ready_for_review', 'onboarding'),
              ('ready_for_review', 'rejected'), ('rejected', 'closed'), ('rejected',
              'onboarding'), ('suspended', 'active'), ('suspended', 'closing'))),
          CONSTRAINT shop_submission CHECK (
            (submission > 0) = (submitted_at IS NOT NULL) AND (status <> 'ready_for_review'
              OR submission > 0))
        )""")
    op.execute("CREATE INDEX shop_changed ON shop.shop (changed_xid)")
    op.execute("CREATE INDEX shop_listed ON shop.shop (business, traffic, id)")
    op.execute("CREATE INDEX shop_owner ON shop.shop (owner)")
    op.execute(
        "CREATE INDEX shop_to_review ON shop.shop (business, traffic, submitted_at, id) WHERE status = 'ready_for_review'"
    )


def _lives() -> None:
    op.execute("""
        CREATE TABLE shop.answer (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          requirement text NOT NULL,
          version integer NOT NULL,
          value text NOT NULL,
          actor text NOT NULL,
          answered_at timestamptz NOT NULL,
          PRIMARY KEY (shop_id, requirement, version)
        )""")
    op.execute("""
        CREATE TABLE shop.closing (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          asked_at timestamptz NOT NULL,
          objections jsonb NOT NULL,
          PRIMARY KEY (shop_id)
        )""")
    op.execute("""
        CREATE TABLE shop.status_change (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          version bigint NOT NULL,
          previous text,
          status text NOT NULL,
          actor text NOT NULL,
          cause text NOT NULL,
          reasons jsonb NOT NULL,
          changed_at timestamptz NOT NULL,
          PRIMARY KEY (shop_id, version),
          CONSTRAINT status_change_transition CHECK (
            (coalesce(previous, ''), status) IN (('', 'active'), ('', 'pending'), ('active',
              'closing'), ('active', 'suspended'), ('approved', 'active'), ('approved',
              'closed'), ('closing', 'active'), ('closing', 'closed'), ('closing',
              'suspended'), ('onboarding', 'closed'), ('onboarding', 'ready_for_review'),
              ('pending', 'closed'), ('pending', 'onboarding'), ('ready_for_review',
              'approved'), ('ready_for_review', 'onboarding'), ('ready_for_review',
              'rejected'), ('rejected', 'closed'), ('rejected', 'onboarding'), ('suspended',
              'active'), ('suspended', 'closing')))
        )""")


def _profiles() -> None:
    op.execute("""
        CREATE TABLE shop.profile (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          tagline jsonb NOT NULL,
          story jsonb NOT NULL,
          returns jsonb NOT NULL,
          logo uuid,
          return_place uuid,
          version bigint NOT NULL,
          PRIMARY KEY (shop_id)
        )""")


def _sellers() -> None:
    op.execute("""
        CREATE TABLE shop.seller (
          id uuid NOT NULL,
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          version integer NOT NULL,
          kind text NOT NULL,
          name text NOT NULL,
          country text NOT NULL,
          registration text NOT NULL,
          tax_ids jsonb NOT NULL,
          address text NOT NULL,
          actor text NOT NULL,
          stated_at timestamptz NOT NULL,
          PRIMARY KEY (id),
          CONSTRAINT seller_version UNIQUE (shop_id, version),
          CONSTRAINT seller_country CHECK (country ~ '^[A-Z]{2}$')
        )""")


def _staff() -> None:
    op.execute("""
        CREATE TABLE shop.invitation (
          id uuid NOT NULL,
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          secret_hash bytea NOT NULL,
          party uuid,
          roles text[] NOT NULL,
          permissions text[] NOT NULL,
          previous_state text,
          state text NOT NULL,
          invited_by uuid,
          invited_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL,
          accepted_by uuid,
          PRIMARY KEY (id),
          CONSTRAINT invitation_secret UNIQUE (secret_hash),
          CONSTRAINT invitation_transition CHECK (
            (coalesce(previous_state, ''), state) IN (('', 'pending'), ('pending',
              'accepted'), ('pending', 'declined'), ('pending', 'withdrawn'))),
          CONSTRAINT invitation_accepted CHECK ((state = 'accepted') = (accepted_by IS NOT NULL)),
          CONSTRAINT invitation_owner_is_named CHECK (
            NOT ('owner' = ANY (roles)) OR party IS NOT NULL)
        )""")
    op.execute("CREATE INDEX invitation_shop ON shop.invitation (shop_id, id)")
    op.execute("""
        CREATE TABLE shop.staff (
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          party uuid NOT NULL,
          roles text[] NOT NULL DEFAULT '{}',
          permissions text[] NOT NULL,
          added_at timestamptz NOT NULL,
          PRIMARY KEY (shop_id, party),
          CONSTRAINT staff_has_permissions CHECK (cardinality(permissions) + cardinality(roles) > 0),
          CONSTRAINT staff_roles CHECK (
            roles <@ ARRAY['manager', 'catalogue', 'fulfilment', 'finance', 'support'])
        )""")
    op.execute("CREATE INDEX staff_party ON shop.staff (party)")
    op.execute("""
        CREATE TABLE shop.staff_step (
          id uuid NOT NULL,
          shop_id uuid NOT NULL REFERENCES shop.shop (id),
          party uuid NOT NULL,
          roles text[] NOT NULL,
          permissions text[] NOT NULL,
          actor text NOT NULL,
          cause text NOT NULL,
          changed_at timestamptz NOT NULL,
          PRIMARY KEY (id)
        )""")
    op.execute("CREATE INDEX staff_step_party ON shop.staff_step (shop_id, party, id)")
    op.execute("CREATE INDEX staff_step_shop ON shop.staff_step (shop_id, id)")
