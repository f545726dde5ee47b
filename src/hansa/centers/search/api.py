"""What faces and plays may ask of search."""

from hansa.centers.search._service.finding import search
from hansa.centers.search._service.rebuilding import rebuild
from hansa.centers.search._service.suggesting import suggestions

__all__ = ["rebuild", "search", "suggestions"]
