"""What the centers' tests share: a market to test in, see `tests/centers/market.py`."""

from centers.market import market, market_database, markets

__all__ = ["market", "market_database", "markets"]
