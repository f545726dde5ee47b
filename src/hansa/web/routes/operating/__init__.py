"""The operator's desk: what waits for a decision of the house, all of it below `/{business}/operate`."""

from collections.abc import Sequence
from typing import Any

from hansa.web.routes.operating import (
    changes,
    figures,
    money,
    odd_amounts,
    overview,
    people,
    reports,
    reviews,
    shops,
)

ROUTES: Sequence[Any] = (
    *overview.ROUTES,
    *shops.ROUTES,
    *changes.ROUTES,
    *reviews.ROUTES,
    *reports.ROUTES,
    *money.ROUTES,
    *odd_amounts.ROUTES,
    *people.ROUTES,
    *figures.ROUTES,
)
