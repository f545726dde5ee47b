"""The center's JSON routes, by what they are about."""

from hansa.centers.user._http import account, outside, people, privacy, ways

ROUTES = (*account.ROUTES, *ways.ROUTES, *outside.ROUTES, *privacy.ROUTES, *people.ROUTES)
