"""Trade's first tables: carts, checkouts, orders, lines, allocations, history.

Revision ID: trade_0001
"""

from alembic import op

revision = "trade_0001"
down_revision = None
branch_labels = ("trade",)
depends_on = None

# The order's state machine, as `_rules.states.TRANSITIONS` has it; a test compares the two.
TRANSITIONS = (
    ("awaiting_payment", "awaiting_shipment"),
    ("awaiting_payment", "closed"),
    ("awaiting_payment", "paid_on_hold"),
    ("awaiting_payment", "payment_pending"),
    ("awaiting_payment", "signed"),
    ("awaiting_shipment", "finished"),
    ("awaiting_shipment", "partly_shipped"),
    ("awaiting_shipment", "refunded"),
    ("awaiting_shipment", "shipped"),
    ("paid_on_hold", "awaiting_shipment"),
    ("paid_on_hold", "refunded"),
    ("partly_shipped", "finished"),
    ("partly_shipped", "refunded"),
    ("partly_shipped", "shipped"),
    ("payment_pending", "awaiting_payment"),
    ("payment_pending", "awaiting_shipment"),
    ("payment_pending", "closed"),
    ("payment_pending", "paid_on_hold"),
    ("shipped", "finished"),
    ("shipped", "refunded"),
    ("signed", "closed"),
    ("signed", "finished"),
)


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS trade")
    op.execute("""
        CREATE TABLE trade.cart_line (
          buyer uuid NOT NULL,
          business text NOT NULL,
          traffic text NOT NULL,
          offer_id uuid NOT NULL,
          quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 1000000),
          added_at timestamptz NOT NULL,
          PRIMARY KEY (buyer, business, traffic, offer_id)
        )""")
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
    legal = ", ".join(f"('{previous}', '{state}')" for previous, state in TRANSITIONS)
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
          placed_by text NOT NULL,
          placed_at timestamptz NOT NULL,
          due_at timestamptz,
          paid_at timestamptz,
          shipped_at timestamptz,
          finished_at timestamptz,
          closed_at timestamptz,
          PRIMARY KEY (buyer, id),
          CONSTRAINT legal_transition CHECK (
            CASE WHEN previous_state IS NULL THEN state = 'awaiting_payment'
                 ELSE (previous_state, state) IN ({legal}) END
          ),
          CONSTRAINT first_version CHECK ((previous_state IS NULL) = (version = 1))
        ) WITH (fillfactor = 85)""")
    op.execute('CREATE INDEX order_id ON trade."order" (id)')
    op.execute('CREATE INDEX order_shop ON trade."order" (shop_id, id)')
    op.execute("""
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
          unit_minor bigint NOT NULL CHECK (unit_minor >= 0),
          gross bigint NOT NULL CHECK (gross >= 0),
          discount bigint NOT NULL CHECK (discount BETWEEN 0 AND gross),
          tax bigint NOT NULL CHECK (tax >= 0),
          attribution jsonb,
          inputs jsonb,
          PRIMARY KEY (buyer, order_id, line_no),
          CHECK ((measure_amount IS NULL) = (measure_unit IS NULL)),
          CHECK (measure_amount IS NULL OR quantity = 1)
        )""")
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
          PRIMARY KEY (buyer, order_id, version)
        )""")
