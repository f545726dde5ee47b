"""Payments, attempts, refunds, callbacks, and the sandbox's own tables.

Revision ID: payment_0001
"""

from alembic import op

revision = "payment_0001"
down_revision = None
branch_labels = ("payment",)
depends_on = None

PAYMENT_MOVES = (
    ("created", "pending"),
    ("created", "captured"),
    ("created", "closed"),
    ("pending", "created"),
    ("pending", "authorised"),
    ("pending", "captured"),
    ("pending", "closed"),
    ("authorised", "created"),
    ("authorised", "captured"),
    ("authorised", "closed"),
    ("closed", "late"),
    ("captured", "part_refunded"),
    ("captured", "refunded"),
    ("late", "part_refunded"),
    ("late", "refunded"),
    ("part_refunded", "refunded"),
    # A provider refused a refund for good, or unexpected money came in.
    ("part_refunded", "captured"),
    ("part_refunded", "late"),
    ("refunded", "part_refunded"),
    ("refunded", "captured"),
    ("refunded", "late"),
)
ATTEMPT_MOVES = (
    ("started", "pending"),
    # Of several sources: all hold their part, and all are captured; one that then fails undoes it.
    ("started", "authorised"),
    ("authorised", "succeeded"),
    ("authorised", "declined"),
    ("started", "succeeded"),
    ("started", "declined"),
    ("started", "abandoned"),
    ("pending", "succeeded"),
    ("pending", "declined"),
    # Money that is there counts, whatever was said before.
    ("declined", "succeeded"),
    ("abandoned", "pending"),
    ("abandoned", "succeeded"),
    ("abandoned", "declined"),
)
PART_MOVES = (
    ("started", "authorised"),
    ("started", "releasing"),
    ("authorised", "captured"),
    ("authorised", "releasing"),
    ("captured", "releasing"),
    ("releasing", "released"),
)
REFUND_MOVES = (("requested", "succeeded"), ("requested", "refused"))


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS payment")
    _shares()
    _payments()
    _attempts()
    _parts()
    _refunds()
    _statements()
    _sandbox()


def _shares() -> None:
    # Whether shares sum to the amount, none gives back more than it has, and all together no more than went back.
    op.execute("""
        CREATE FUNCTION payment.shares_fit(amount bigint, refunded bigint, minors bigint[], given_back bigint[])
        RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
          total numeric := 0;
          back numeric := 0;
        BEGIN
          IF cardinality(minors) = 0 OR cardinality(minors) <> cardinality(given_back)
             OR array_position(minors, NULL) IS NOT NULL OR array_position(given_back, NULL) IS NOT NULL THEN
            RETURN false;
          END IF;
          FOR i IN 1..cardinality(minors) LOOP
            IF minors[i] < 0 OR given_back[i] < 0 OR given_back[i] > minors[i] THEN
              RETURN false;
            END IF;
            total := total + minors[i];
            back := back + given_back[i];
          END LOOP;
          RETURN total = amount AND back <= refunded;
        END
        $$""")


def _payments() -> None:
    op.execute(f"""
        CREATE TABLE payment.payment (
          id uuid PRIMARY KEY,
          checkout_id uuid NOT NULL,
          payer uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          entity text NOT NULL,
          currency char(3) NOT NULL CHECK (currency ~ '^[A-Z]{{3}}$'),
          amount bigint NOT NULL CHECK (amount > 0),
          previous_state text,
          state text NOT NULL,
          attempts smallint NOT NULL DEFAULT 0,
          captured_attempt smallint,
          captured_minor bigint NOT NULL DEFAULT 0,
          refunded_minor bigint NOT NULL DEFAULT 0,
          share_orders uuid[] NOT NULL,
          share_shops uuid[] NOT NULL,
          share_minors bigint[] NOT NULL,
          share_refunded bigint[] NOT NULL,
          expires_at timestamptz NOT NULL,
          created_at timestamptz NOT NULL,
          changed_at timestamptz NOT NULL,
          CONSTRAINT payment_transition CHECK ({_legal("created", PAYMENT_MOVES)}),
          CONSTRAINT payment_shares CHECK (
            payment.shares_fit(amount, refunded_minor, share_minors, share_refunded)
            AND cardinality(share_orders) = cardinality(share_minors)
            AND cardinality(share_shops) = cardinality(share_minors)),
          CONSTRAINT payment_refunds CHECK (refunded_minor BETWEEN 0 AND captured_minor),
          CONSTRAINT payment_captured CHECK (
            state IN ('created', 'pending', 'authorised', 'closed') = (captured_minor = 0)
            AND (state NOT IN ('captured', 'late') OR refunded_minor = 0)
            AND (state <> 'refunded' OR refunded_minor = captured_minor))
        ) WITH (fillfactor = 80)""")
    # What a batch writes travels as arrays of rows: an array per column takes thrice the time.
    op.execute("""
        CREATE TYPE payment.new_payment AS (
          id uuid, checkout_id uuid, payer uuid, business text, traffic text, entity text, currency text,
          amount bigint, expires_at timestamptz, created_at timestamptz, share_orders uuid[],
          share_shops uuid[], share_minors bigint[]
        )""")
    op.execute("CREATE INDEX payment_checkout ON payment.payment (checkout_id)")
    op.execute("CREATE INDEX payment_payer ON payment.payment (payer)")


def _attempts() -> None:
    op.execute("""
        CREATE TYPE payment.new_attempt AS (
          payment_id uuid, number smallint, provider text, brand text, last_four text, minor bigint,
          started_at timestamptz, parts smallint
        )""")
    op.execute("""
        CREATE TYPE payment.taken_attempt AS (
          payment_id uuid, number smallint, provider_reference text, resolved_at timestamptz,
          captured_at timestamptz
        )""")
    op.execute(f"""
        CREATE TABLE payment.attempt (
          payment_id uuid NOT NULL,
          number smallint NOT NULL CHECK (number > 0),
          provider text NOT NULL,
          previous_state text,
          state text NOT NULL,
          brand text NOT NULL,
          last_four char(4) NOT NULL,
          minor bigint NOT NULL CHECK (minor > 0),
          parts smallint NOT NULL DEFAULT 0 CHECK (parts >= 0),  -- sources it is shared over; 0 when it is one
          taken boolean NOT NULL DEFAULT false,  -- its money is part of what the payment captured
          refunded_minor bigint NOT NULL DEFAULT 0,
          provider_reference text,
          decline_code text,
          started_at timestamptz NOT NULL,
          resolved_at timestamptz,
          asked_at timestamptz,
          PRIMARY KEY (payment_id, number),
          CONSTRAINT attempt_transition CHECK ({_legal("started", ATTEMPT_MOVES)}),
          CONSTRAINT attempt_refunds CHECK (
            refunded_minor BETWEEN 0 AND CASE WHEN taken THEN minor ELSE 0 END),
          CONSTRAINT attempt_taken CHECK (NOT taken OR state = 'succeeded')
        ) WITH (fillfactor = 80)""")
    op.execute("""
        CREATE INDEX attempt_unresolved ON payment.attempt (asked_at, started_at)
        WHERE state IN ('started', 'pending', 'authorised')""")
    op.execute("""
        CREATE TABLE payment.callback (
          payment_id uuid NOT NULL,
          provider text NOT NULL,
          event_id text NOT NULL,
          attempt smallint NOT NULL,
          outcome text NOT NULL,
          minor bigint NOT NULL,
          currency text NOT NULL,
          received_at timestamptz NOT NULL,
          PRIMARY KEY (payment_id, provider, event_id)
        )""")
    op.execute("""
        CREATE TABLE payment.odd_amount (
          payment_id uuid NOT NULL,
          provider text NOT NULL,
          event_id text NOT NULL,
          reference text NOT NULL CHECK (length(reference) BETWEEN 1 AND 200),
          settled_by text NOT NULL,
          settled_at timestamptz NOT NULL,
          PRIMARY KEY (payment_id, provider, event_id)
        )""")


def _parts() -> None:
    op.execute(f"""
        CREATE TABLE payment.part (
          payment_id uuid NOT NULL,
          attempt smallint NOT NULL,
          number smallint NOT NULL CHECK (number > 0),
          reference text NOT NULL,
          provider text NOT NULL,
          previous_state text,
          state text NOT NULL,
          brand text NOT NULL,
          last_four char(4) NOT NULL,
          minor bigint NOT NULL CHECK (minor > 0),
          refunded_minor bigint NOT NULL DEFAULT 0,
          started_at timestamptz NOT NULL,
          captured_at timestamptz,
          released_at timestamptz,
          PRIMARY KEY (payment_id, attempt, number),
          CONSTRAINT part_transition CHECK ({_legal("started", PART_MOVES)}),
          CONSTRAINT part_captured CHECK (
            state IN ('releasing', 'released') OR (state = 'captured') = (captured_at IS NOT NULL)),
          CONSTRAINT part_refunds CHECK (
            refunded_minor BETWEEN 0 AND CASE WHEN state = 'captured' THEN minor ELSE 0 END)
        )""")
    op.execute("CREATE INDEX part_reference ON payment.part (reference)")
    op.execute("CREATE INDEX part_releasing ON payment.part (started_at) WHERE state = 'releasing'")


def _refunds() -> None:
    op.execute(f"""
        CREATE TABLE payment.refund (
          payment_id uuid NOT NULL,
          id uuid NOT NULL,
          attempt smallint NOT NULL,
          order_id uuid,
          minor bigint NOT NULL CHECK (minor > 0),
          refused_minor bigint NOT NULL DEFAULT 0 CHECK (refused_minor BETWEEN 0 AND minor),
          reason text NOT NULL,
          previous_state text,
          state text NOT NULL,
          provider_reference text,
          requested_at timestamptz NOT NULL,
          resolved_at timestamptz,
          by_hand_minor bigint NOT NULL DEFAULT 0,  -- what was refused, and given back another way since
          by_hand_reference text,
          by_hand_by text,
          by_hand_at timestamptz,
          PRIMARY KEY (payment_id, id),
          CONSTRAINT refund_by_hand CHECK (
            by_hand_minor IN (0, refused_minor)
            AND (by_hand_minor = 0) = (num_nonnulls(by_hand_reference, by_hand_by, by_hand_at) = 0)
            AND num_nonnulls(by_hand_reference, by_hand_by, by_hand_at) IN (0, 3)),
          CONSTRAINT refund_transition CHECK ({_legal("requested", REFUND_MOVES)}),
          CONSTRAINT refund_refused CHECK ((state = 'refused') = (refused_minor = minor))
        )""")
    op.execute(f"""
        CREATE TABLE payment.refund_part (
          payment_id uuid NOT NULL,
          refund_id uuid NOT NULL,
          part smallint NOT NULL,
          reference text NOT NULL,
          minor bigint NOT NULL CHECK (minor > 0),
          previous_state text,
          state text NOT NULL,
          resolved_at timestamptz,
          PRIMARY KEY (payment_id, refund_id, part),
          CONSTRAINT refund_part_transition CHECK ({_legal("requested", REFUND_MOVES)})
        )""")
    op.execute("CREATE INDEX refund_part_reference ON payment.refund_part (reference)")
    op.execute("""
        CREATE INDEX refund_refused_waits ON payment.refund (requested_at, id)
        WHERE refused_minor > by_hand_minor""")
    op.execute("CREATE INDEX refund_requested ON payment.refund (requested_at) WHERE state = 'requested'")
    op.execute("CREATE INDEX refund_id ON payment.refund (id)")


def _statements() -> None:
    op.execute("""
        CREATE TABLE payment.statement (
          business text NOT NULL,
          traffic text NOT NULL,
          provider text NOT NULL,
          day date NOT NULL,
          id uuid NOT NULL,
          rows integer NOT NULL DEFAULT 0 CHECK (rows >= 0),
          matched integer NOT NULL DEFAULT 0 CHECK (matched >= 0),
          missing_here integer NOT NULL DEFAULT 0 CHECK (missing_here >= 0),
          missing_there integer NOT NULL DEFAULT 0 CHECK (missing_there >= 0),
          differs integer NOT NULL DEFAULT 0 CHECK (differs >= 0),
          reconciled_at timestamptz NOT NULL,
          PRIMARY KEY (business, traffic, provider, day)
        )""")
    op.execute("""
        CREATE TABLE payment.statement_row (
          business text NOT NULL,
          traffic text NOT NULL,
          provider text NOT NULL,
          day date NOT NULL,
          row bigint NOT NULL CHECK (row > 0),
          kind text NOT NULL CHECK (kind IN ('charge', 'capture', 'refund', 'fee')),
          reference text NOT NULL,
          minor bigint NOT NULL CHECK (minor >= 0),
          currency char(3) NOT NULL,
          at timestamptz NOT NULL,
          PRIMARY KEY (business, traffic, provider, day, row)
        )""")
    op.execute("CREATE INDEX statement_row_reference ON payment.statement_row (reference)")
    op.execute("""
        CREATE TABLE payment.statement_difference (
          business text NOT NULL,
          traffic text NOT NULL,
          provider text NOT NULL,
          kind text NOT NULL,
          reference text NOT NULL,
          day date NOT NULL,  -- of the statement that shows it, or should
          verdict text NOT NULL CHECK (verdict IN ('missing_here', 'missing_there', 'differs')),
          their_minor numeric,
          their_currency char(3),
          our_minor bigint,
          our_currency char(3),
          found_at timestamptz NOT NULL,
          cleared_at timestamptz,
          PRIMARY KEY (business, traffic, provider, kind, reference),
          CONSTRAINT statement_difference_sides CHECK (
            (their_minor IS NULL) = (verdict = 'missing_there')
            AND (our_minor IS NULL) = (verdict = 'missing_here'))
        )""")
    op.execute("""
        CREATE INDEX statement_difference_day ON payment.statement_difference
        (business, traffic, provider, day, kind, reference)""")


def _sandbox() -> None:
    op.execute("""
        CREATE TABLE payment.sandbox_charge (
          reference text PRIMARY KEY,
          provider_reference text NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL CHECK (traffic <> 'live'),
          minor bigint NOT NULL CHECK (minor > 0),
          currency char(3) NOT NULL,
          behaviour text NOT NULL,
          charged_at timestamptz NOT NULL,
          due_at timestamptz NOT NULL,
          callbacks_left smallint NOT NULL CHECK (callbacks_left >= 0),
          refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND minor)
        )""")
    op.execute("""
        CREATE INDEX sandbox_charge_due ON payment.sandbox_charge (business, traffic, due_at)
        WHERE callbacks_left > 0""")
    op.execute("""
        CREATE TABLE payment.sandbox_hold (
          reference text PRIMARY KEY,
          provider_reference text NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL CHECK (traffic <> 'live'),
          minor bigint NOT NULL CHECK (minor > 0),
          currency char(3) NOT NULL,
          behaviour text NOT NULL,
          held_at timestamptz NOT NULL,
          due_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL,
          captured_minor bigint NOT NULL DEFAULT 0 CHECK (captured_minor BETWEEN 0 AND minor),
          voided_at timestamptz
        )""")
    op.execute("""
        CREATE TABLE payment.sandbox_capture (
          reference text PRIMARY KEY,
          hold_reference text NOT NULL,
          minor bigint NOT NULL CHECK (minor > 0),
          captured_at timestamptz NOT NULL,
          refunded_minor bigint NOT NULL DEFAULT 0 CHECK (refunded_minor BETWEEN 0 AND minor)
        )""")
    op.execute("CREATE INDEX sandbox_capture_hold ON payment.sandbox_capture (hold_reference)")
    op.execute("""
        CREATE TABLE payment.sandbox_refund (
          reference text PRIMARY KEY,
          charge_reference text NOT NULL,  -- of a charge or of a capture
          minor bigint NOT NULL CHECK (minor > 0),
          refunded_at timestamptz NOT NULL
        )""")


def _legal(first: str, moves: tuple[tuple[str, str], ...]) -> str:
    """Write the check of a transition. By CASE: a comparison with NULL is unknown, and unknown passes a check.

    Both states as one text: PostgreSQL reads a check anew in each statement, and pairs of columns take it 125 us.
    """
    pairs = ", ".join(f"'{before}>{after}'" for before, after in moves)
    return f"CASE WHEN previous_state IS NULL THEN state = '{first}' ELSE previous_state || '>' || state IN ({pairs}) END"
