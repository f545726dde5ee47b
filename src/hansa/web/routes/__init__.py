"""The routes of the pages, one module per family; each fills the view structs of `hansa.web.views`."""

from collections.abc import Sequence
from typing import Any

ROUTES: Sequence[Any] = ()
