"""A market to test in: see `tests/centers/market.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from market import market, market_database, markets  # noqa: E402

__all__ = ["market", "market_database", "markets"]
