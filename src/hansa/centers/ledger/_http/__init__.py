"""The ledger's routes: the books, for those who may read them."""

from hansa.centers.ledger._http import books, holds, seals, shops

ROUTES = (*books.ROUTES, *holds.ROUTES, *seals.ROUTES, *shops.ROUTES)
