"""The products' routes: buyers look, shops keep and price, operators classify and review."""

from hansa.centers.product._http import (
    buying,
    classifying,
    importing,
    keeping,
    offering,
    picturing,
    pricing,
    reviewing,
)

ROUTES = (
    *buying.ROUTES,
    *keeping.ROUTES,
    *offering.ROUTES,
    *pricing.ROUTES,
    *picturing.ROUTES,
    *classifying.ROUTES,
    *reviewing.ROUTES,
    *importing.ROUTES,
)
