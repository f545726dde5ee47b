"""Accounts, journals, entries, holds and seals.

Revision ID: ledger_0001
"""

from alembic import op

revision = "ledger_0001"
down_revision = None
branch_labels = ("ledger",)
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS ledger")
    _balance()
    _accounts()
    _journals()
    _holds()
    _seals()


def _balance() -> None:
    # A row check may only call immutable functions. Several currencies may meet in one journal; each sums
    # to zero by itself. The usual journal has one, and a loop: measured at 1.5 us, a query takes 6.
    op.execute("""
        CREATE FUNCTION ledger.is_balanced(accounts uuid[], currencies text[], amounts bigint[]) RETURNS boolean
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
          size int := cardinality(amounts);
          total numeric := 0;
          minor bigint;
        BEGIN
          IF size < 2 OR cardinality(accounts) <> size OR cardinality(currencies) <> size
             OR array_ndims(amounts) <> 1 OR array_ndims(accounts) <> 1 OR array_ndims(currencies) <> 1
             OR array_position(amounts, NULL) IS NOT NULL OR array_position(amounts, 0::bigint) IS NOT NULL
             OR array_position(accounts, NULL) IS NOT NULL OR array_position(currencies, NULL) IS NOT NULL
          THEN
            RETURN false;
          END IF;
          IF array_remove(currencies, currencies[1]) = '{}' THEN
            FOREACH minor IN ARRAY amounts LOOP
              total := total + minor;
            END LOOP;
            RETURN total = 0;
          END IF;
          RETURN NOT EXISTS (SELECT FROM unnest(currencies, amounts) AS e (currency, minor)
                             GROUP BY e.currency HAVING sum(e.minor) <> 0);
        END
        $$""")


def _accounts() -> None:
    op.execute("""
        CREATE TABLE ledger.account (
          id uuid PRIMARY KEY,
          traffic text NOT NULL,
          entity text NOT NULL,
          business text NOT NULL,
          account_class text NOT NULL,
          party uuid,
          currency char(3) NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
          normal smallint NOT NULL CHECK (normal IN (1, -1)),
          floor_minor bigint,
          balance_minor bigint NOT NULL DEFAULT 0,
          entries bigint NOT NULL DEFAULT 0 CHECK (entries >= 0),
          posted_at timestamptz,
          held_minor bigint NOT NULL DEFAULT 0 CHECK (held_minor >= 0),
          CONSTRAINT account_floor CHECK (floor_minor IS NULL OR balance_minor * normal - held_minor >= floor_minor)
        ) WITH (fillfactor = 50)""")  # room for new versions of hot rows on their own page
    op.execute("CREATE INDEX account_party ON ledger.account (party) WHERE party IS NOT NULL")
    # The shops of one business, among the accounts of everybody; nothing of it changes when money moves.
    op.execute("""
        CREATE INDEX account_shop ON ledger.account (business, traffic, entity, party, currency)
        WHERE account_class IN ('seller_payable', 'seller_receivable')""")


def _journals() -> None:
    op.execute("""
        CREATE TABLE ledger.journal (
          id uuid PRIMARY KEY,
          traffic text NOT NULL,
          entity text NOT NULL,
          business text NOT NULL,
          kind text NOT NULL,
          reference uuid NOT NULL,
          reverses uuid,
          accounts uuid[] NOT NULL,
          currencies text[] NOT NULL,
          amounts bigint[] NOT NULL,
          payload_hash bytea NOT NULL CHECK (length(payload_hash) = 32),
          actor text NOT NULL,
          occurred_at timestamptz NOT NULL,
          xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
          CONSTRAINT journal_zero_sum CHECK (ledger.is_balanced(accounts, currencies, amounts))
        )""")
    op.execute("CREATE INDEX journal_reference ON ledger.journal (reference, occurred_at, id)")
    op.execute(
        "CREATE INDEX journal_xid ON ledger.journal (xid)"
    )  # only ever grows at its end, which is cheap
    op.execute("""
        CREATE TABLE ledger.entry (
          account_id uuid NOT NULL,
          seq bigint NOT NULL CHECK (seq > 0),
          journal_id uuid NOT NULL,
          line smallint NOT NULL,
          minor bigint NOT NULL CHECK (minor <> 0),
          balance_minor bigint NOT NULL,
          posted_at timestamptz NOT NULL,
          PRIMARY KEY (account_id, seq)
        )""")


def _holds() -> None:
    op.execute("""
        CREATE TABLE ledger.hold (
          id uuid PRIMARY KEY,
          account_id uuid NOT NULL,
          traffic text NOT NULL,
          business text NOT NULL,
          minor bigint NOT NULL,
          kind text NOT NULL,
          reference uuid NOT NULL,
          expires_at timestamptz,
          payload_hash bytea NOT NULL CHECK (length(payload_hash) = 32),
          actor text NOT NULL,
          placed_at timestamptz NOT NULL,
          previous_state text,
          state text NOT NULL,
          posted_minor bigint NOT NULL DEFAULT 0,
          journal_id uuid,
          resolved_at timestamptz,
          CONSTRAINT hold_amount CHECK (minor > 0 AND posted_minor BETWEEN 0 AND minor),
          CONSTRAINT hold_transition CHECK ((
            (previous_state IS NULL AND state = 'held')
            OR (previous_state = 'held' AND state IN ('posted', 'voided', 'expired'))) IS TRUE),
          CONSTRAINT hold_outcome CHECK (
            (state = 'posted') = (posted_minor > 0) AND (state = 'posted') = (journal_id IS NOT NULL)
            AND (state = 'held') = (resolved_at IS NULL))
        )""")
    op.execute("CREATE INDEX hold_account ON ledger.hold (account_id, id)")


def _seals() -> None:
    op.execute("""
        CREATE TABLE ledger.seal (
          business text NOT NULL,
          traffic text NOT NULL,
          shard smallint NOT NULL,
          seq bigint NOT NULL CHECK (seq > 0),
          journals uuid[] NOT NULL,
          digests bytea[] NOT NULL,
          previous_hash bytea NOT NULL,
          hash bytea NOT NULL,
          sealed_at timestamptz NOT NULL,
          PRIMARY KEY (business, traffic, shard, seq)
        )""")
    op.execute("""
        CREATE TABLE ledger.chain (
          business text NOT NULL,
          traffic text NOT NULL,
          shard smallint NOT NULL,
          seq bigint NOT NULL,
          hash bytea NOT NULL,
          PRIMARY KEY (business, traffic, shard)
        )""")
    # One row: how far all is sealed.
    op.execute("""
        CREATE TABLE ledger.sealing (
          id smallint PRIMARY KEY CHECK (id = 1),
          through_xid xid8 NOT NULL DEFAULT '0'
        )""")
