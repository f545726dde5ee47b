"""A market to test in: see `tests/centers/market.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import market, market_database, markets

__all__ = ["market", "market_database", "markets"]
