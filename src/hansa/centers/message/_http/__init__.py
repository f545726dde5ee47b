"""The routes of the center."""

from __future__ import annotations

from hansa.centers.message._http import inbox, preferences

ROUTES = (*inbox.ROUTES, *preferences.ROUTES)
