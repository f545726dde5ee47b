"""The reference under docs/reference, made from the code: `make docs` writes it, a test compares it.

Each page is a function of what the centers declare, so a code, a setting, an event, a point or a route that
nobody documented cannot exist; what a page says stands in the docstring beside the thing itself.
"""

from tools.reference.house import FOLDER, House
from tools.reference.pages import generated, write

__all__ = ["FOLDER", "House", "generated", "write"]
