"""A cart line remembers the price it was put in at, so that its owner is told when that changes.

Revision ID: trade_0002
"""

from alembic import op

revision = "trade_0002"
down_revision = "trade_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE trade.cart_line ADD COLUMN unit_minor bigint CHECK (unit_minor >= 0)")
