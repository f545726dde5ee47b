"""The outermost layer: what is true of every request, before any center or page sees it.

It gives each request a trace and a business, refuses what cannot be read, ends what takes too long, counts
and logs. Apps behind it see `scope["path"]` without the business (`/api/...`), and in `scope["state"]`:
`business` (a path, empty when none was named), `prefix` (what stood before the path, for links) and `trace`.
"""

from hansa.kernel.http.edge.app import Edge, HttpMetrics, Inner
from hansa.kernel.http.edge.business import BusinessFinder, find_business
from hansa.kernel.http.edge.checks import check_url
from hansa.kernel.http.edge.faces import Answer, AsPage, Titles
from hansa.kernel.http.edge.operations import OPERATIONS, Operations

__all__ = [
    "OPERATIONS",
    "Answer",
    "AsPage",
    "BusinessFinder",
    "Edge",
    "HttpMetrics",
    "Inner",
    "Operations",
    "Titles",
    "check_url",
    "find_business",
]
