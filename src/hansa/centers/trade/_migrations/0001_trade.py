"""Trade's first tables: carts, drafts, checkouts, orders, lines, allocations, notes, history.

Revision ID: trade_0001
"""

from alembic import op

revision = "trade_0001"
down_revision = None
branch_labels = ("trade",)
depends_on = None

# The state machines of orders and lines, as `_rules.states` has them; a test compares the two.
TRANSITIONS = (
    ("awaiting_payment", "awaiting_shipment"),
    ("awaiting_payment", "closed"),
    ("awaiting_payment", "paid_on_hold"),
    ("awaiting_payment", "payment_pending"),
    ("awaiting_shipment", "closed"),
    ("awaiting_shipment", "finished"),
    ("awaiting_shipment", "paid_on_hold"),
    ("awaiting_shipment", "partly_shipped"),
    ("awaiting_shipment", "refunded"),
    ("awaiting_shipment", "shipped"),
    ("balance_due", "closed"),
    ("balance_due", "fully_paid"),
    ("balance_due", "refunded"),
    ("created", "awaiting_payment"),
    ("created", "awaiting_shipment"),
    ("created", "closed"),
    ("deposit_paid", "balance_due"),
    ("deposit_paid", "refunded"),
    ("deposit_unpaid", "closed"),
    ("deposit_unpaid", "deposit_paid"),
    ("fully_paid", "awaiting_shipment"),
    ("fully_paid", "paid_on_hold"),
    ("fully_paid", "refunded"),
    ("paid_on_hold", "awaiting_shipment"),
    ("paid_on_hold", "refunded"),
    ("partly_shipped", "awaiting_shipment"),
    ("partly_shipped", "finished"),
    ("partly_shipped", "refunded"),
    ("partly_shipped", "shipped"),
    ("payment_pending", "awaiting_payment"),
    ("payment_pending", "awaiting_shipment"),
    ("payment_pending", "closed"),
    ("payment_pending", "paid_on_hold"),
    ("shipped", "closed"),
    ("shipped", "finished"),
    ("shipped", "refunded"),
    ("shipped", "signed"),
    ("signed", "closed"),
    ("signed", "finished"),
    ("signed", "refunded"),
)
LINE_TRANSITIONS = (
    ("refunding", "refunded"),
    ("refunding", "shipped"),
    ("refunding", "waiting"),
    ("shipped", "closed"),
    ("shipped", "received"),
    ("shipped", "refunded"),
    ("shipped", "refunding"),
    ("waiting", "closed"),
    ("waiting", "received"),
    ("waiting", "refunded"),
    ("waiting", "refunding"),
    ("waiting", "shipped"),
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS trade")
    _carts()
    _checkouts()
    _batches()
    _orders()
    _lines()
    _history()
    _limited()
    _drafts()


def _carts() -> None:
    op.execute("""
        CREATE TABLE trade.cart_line (
          buyer uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          offer_id uuid NOT NULL,
          quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
          added_at timestamptz NOT NULL,
          unit_minor bigint NOT NULL CHECK (unit_minor >= 0),
          selected boolean NOT NULL DEFAULT true,
          saved boolean NOT NULL DEFAULT false,
          measure_amount bigint CHECK (measure_amount > 0),
          measure_unit text,
          measure_per bigint CHECK (measure_per > 0),
          PRIMARY KEY (buyer, business, traffic, offer_id),
          CHECK (num_nulls(measure_amount, measure_unit, measure_per) IN (0, 3)),
          CHECK (measure_amount IS NULL OR quantity = 1)
        )""")
    op.execute("""
        CREATE TABLE trade.cart_note (
          buyer uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          shop_id uuid NOT NULL,
          text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
          PRIMARY KEY (buyer, business, traffic, shop_id)
        )""")


def _checkouts() -> None:
    op.execute("""
        CREATE TABLE trade.checkout (
          buyer uuid NOT NULL,
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          payment_id uuid NOT NULL,
          payable bigint NOT NULL CHECK (payable >= 0),
          currency char(3) NOT NULL,
          generation bigint NOT NULL,
          plan_hash text NOT NULL,
          decisions jsonb NOT NULL,
          orders uuid[] NOT NULL CHECK (cardinality(orders) > 0),
          placed_at timestamptz NOT NULL,
          pay_by timestamptz NOT NULL,
          PRIMARY KEY (buyer, id)
        )""")
    op.execute("CREATE INDEX checkout_payment ON trade.checkout (payment_id)")


def _batches() -> None:
    # What a batch writes travels as arrays of rows: an array for each of eighty columns takes thrice the time.
    op.execute("""
        CREATE TYPE trade.new_checkout AS (
          buyer uuid, id uuid, business text, traffic text, payment_id uuid, payable bigint, currency text,
          generation bigint, plan_hash text, decisions jsonb, orders uuid[], placed_at timestamptz,
          pay_by timestamptz
        )""")
    op.execute("""
        CREATE TYPE trade.new_order AS (
          buyer uuid, id uuid, checkout_id uuid, payment_id uuid, business text, traffic text, entity text,
          shop_id uuid, seller uuid, place_id uuid, currency text, goods bigint, discount bigint,
          freight bigint, tax bigint, option jsonb, terms jsonb, address_version uuid, placed_by text,
          placed_at timestamptz, due_at timestamptz, state text, seller_version uuid
        )""")
    op.execute("""
        CREATE TYPE trade.new_line AS (
          buyer uuid, order_id uuid, line_no int, offer_id uuid, offer_version int, sku_id uuid,
          product_id uuid, title text, options text, art text, quantity int, measure_amount bigint,
          measure_unit text, measure_per bigint, unit_minor bigint, gross bigint, discount bigint,
          tax bigint, freight bigint, commission_bp int, attribution jsonb, inputs jsonb, category_ids jsonb
        )""")
    op.execute("""
        CREATE TYPE trade.moved_order AS (
          buyer uuid, id uuid, origin text, state text, version int, at timestamptz, due_at timestamptz,
          paid boolean, extended boolean
        )""")
    op.execute("""
        CREATE TYPE trade.new_history AS (
          buyer uuid, order_id uuid, version int, previous_state text, state text, at timestamptz, actor text,
          cause text, lines int[], details jsonb
        )""")
    op.execute("""
        CREATE TYPE trade.new_allocation AS (
          buyer uuid, order_id uuid, line_no int, ordinal int, layer text, funder_kind text,
          funder_party uuid, minor bigint
        )""")


def _orders() -> None:
    op.execute(f"""
        CREATE TABLE trade."order" (
          buyer uuid NOT NULL,
          id uuid NOT NULL,
          checkout_id uuid NOT NULL,
          payment_id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          entity text NOT NULL,
          shop_id uuid NOT NULL,
          seller uuid NOT NULL,
          place_id uuid NOT NULL,
          previous_state text,
          state text NOT NULL,
          version int NOT NULL DEFAULT 1 CHECK (version > 0),
          currency char(3) NOT NULL,
          goods bigint NOT NULL CHECK (goods >= 0),
          discount bigint NOT NULL CHECK (discount BETWEEN 0 AND goods),
          freight bigint NOT NULL CHECK (freight >= 0),
          tax bigint NOT NULL CHECK (tax >= 0),
          option jsonb NOT NULL,
          terms jsonb NOT NULL,
          address_version uuid,
          seller_version uuid,
          placed_by text NOT NULL,
          placed_at timestamptz NOT NULL,
          due_at timestamptz,
          paid_at timestamptz,
          shipped_at timestamptz,
          finished_at timestamptz,
          closed_at timestamptz,
          extended boolean NOT NULL DEFAULT false,
          PRIMARY KEY (buyer, id),
          CONSTRAINT legal_transition CHECK (
            CASE WHEN previous_state IS NULL THEN state IN ('created', 'awaiting_payment', 'deposit_unpaid')
                 ELSE previous_state || '>' || state IN ({_legal(TRANSITIONS)}) END
          ),
          CONSTRAINT first_version CHECK (previous_state IS NULL OR version > 1),
          CONSTRAINT closed_is_unpaid CHECK (state <> 'closed' OR paid_at IS NULL),
          CONSTRAINT ended_says_when CHECK (
            (state IN ('closed', 'finished', 'refunded')) = (finished_at IS NOT NULL OR closed_at IS NOT NULL)
          )
        ) WITH (fillfactor = 85)""")
    op.execute('CREATE INDEX order_id ON trade."order" (id)')
    op.execute('CREATE INDEX order_shop ON trade."order" (shop_id, id)')
    # What a shop still has to do, however much it has done. By the times and not by the state, so that a move which
    # ends nothing changes no indexed column, and its new row version stays on its page (HOT).
    op.execute("""
        CREATE INDEX order_open ON trade."order" (shop_id, id)
        WHERE finished_at IS NULL AND closed_at IS NULL""")


def _lines() -> None:
    op.execute(f"""
        CREATE TABLE trade.line (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          line_no int NOT NULL CHECK (line_no > 0),
          offer_id uuid NOT NULL,
          offer_version int NOT NULL,
          sku_id uuid NOT NULL,
          product_id uuid NOT NULL,
          title text NOT NULL,
          options text NOT NULL,
          art text NOT NULL,
          quantity int NOT NULL CHECK (quantity > 0),
          measure_amount bigint CHECK (measure_amount > 0),
          measure_unit text,
          measure_per bigint CHECK (measure_per > 0),
          unit_minor bigint NOT NULL CHECK (unit_minor >= 0),
          gross bigint NOT NULL CHECK (gross >= 0),
          discount bigint NOT NULL CHECK (discount BETWEEN 0 AND gross),
          tax bigint NOT NULL CHECK (tax >= 0),
          freight bigint NOT NULL CHECK (freight >= 0),
          commission_bp int NOT NULL CHECK (commission_bp BETWEEN 0 AND 10000),
          attribution jsonb,
          inputs jsonb,
          category_ids jsonb,
          previous_state text,
          state text NOT NULL DEFAULT 'waiting',
          carrier text CHECK (length(carrier) BETWEEN 1 AND 60),
          tracking text CHECK (length(tracking) BETWEEN 1 AND 60),
          part_of int,
          units int,
          first_unit int,
          PRIMARY KEY (buyer, order_id, line_no),
          CONSTRAINT line_part CHECK (
            CASE WHEN units IS NULL THEN part_of IS NULL AND first_unit IS NULL
                 ELSE first_unit >= 0 AND first_unit + quantity <= units END IS TRUE
          ),
          CONSTRAINT line_parcel CHECK (tracking IS NULL OR carrier IS NOT NULL),
          CONSTRAINT legal_line_transition CHECK (
            CASE WHEN previous_state IS NULL THEN state = 'waiting'
                 ELSE previous_state || '>' || state IN ({_legal(LINE_TRANSITIONS)}) END
          ),
          CHECK (num_nulls(measure_amount, measure_unit, measure_per) IN (0, 3)),
          CHECK (measure_amount IS NULL OR quantity = 1)
        ) WITH (fillfactor = 85)""")
    op.execute("""
        CREATE TABLE trade.allocation (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          line_no int NOT NULL,
          ordinal int NOT NULL,
          layer text NOT NULL,
          funder_kind text NOT NULL CHECK (funder_kind IN ('platform', 'shop', 'brand')),
          funder_party uuid,
          minor bigint NOT NULL CHECK (minor > 0),
          PRIMARY KEY (buyer, order_id, line_no, ordinal)
        )""")


def _history() -> None:
    op.execute("""
        CREATE TABLE trade.history (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          version int NOT NULL CHECK (version > 1),
          previous_state text NOT NULL,
          state text NOT NULL,
          at timestamptz NOT NULL,
          actor text NOT NULL,
          cause text NOT NULL,
          lines int[] NOT NULL,
          details jsonb,
          PRIMARY KEY (buyer, order_id, version)
        )""")
    op.execute("""
        CREATE TABLE trade.note (
          buyer uuid NOT NULL,
          order_id uuid NOT NULL,
          id uuid NOT NULL,
          kind text NOT NULL CHECK (kind IN ('buyer', 'seller', 'cancellation')),
          author uuid NOT NULL,
          text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
          written_at timestamptz NOT NULL,
          PRIMARY KEY (buyer, order_id, id)
        )""")
    op.execute("CREATE INDEX note_author ON trade.note (author)")


def _limited() -> None:
    op.execute("""
        CREATE TABLE trade.limited (
          buyer uuid NOT NULL,
          offer_id uuid NOT NULL,
          business text NOT NULL,
          PRIMARY KEY (buyer, offer_id)
        )""")


def _drafts() -> None:
    op.execute("""
        CREATE TABLE trade.draft (
          shop_id uuid NOT NULL,
          id uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          buyer uuid NOT NULL,
          state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'accepted', 'withdrawn')),
          lines jsonb NOT NULL,
          currency char(3) NOT NULL,
          goods bigint NOT NULL CHECK (goods >= 0),
          freight bigint CHECK (freight >= 0),
          made_by text NOT NULL,
          made_at timestamptz NOT NULL,
          expires_at timestamptz NOT NULL CHECK (expires_at > made_at),
          ended_by text,
          ended_at timestamptz,
          checkout_id uuid,
          note text NOT NULL DEFAULT '' CHECK (length(note) <= 2000),
          PRIMARY KEY (shop_id, id),
          CHECK ((state = 'accepted') = (checkout_id IS NOT NULL)),
          CHECK ((state = 'open') = (ended_at IS NULL))
        )""")
    op.execute("CREATE INDEX draft_id ON trade.draft (id)")
    op.execute("CREATE INDEX draft_buyer ON trade.draft (buyer, id)")
    op.execute("CREATE INDEX draft_said ON trade.draft (made_by) WHERE note <> ''")


def _legal(pairs: tuple[tuple[str, str], ...]) -> str:
    """Write transitions, both states as one text.

    PostgreSQL reads a check anew in each statement, and pairs of columns take it 125 us.
    """
    return ", ".join(f"'{previous}>{state}'" for previous, state in pairs)
