"""The routes of the center."""

from __future__ import annotations

from hansa.centers.message._http import conversations, inbox, preferences, reports, templates

ROUTES = (*inbox.ROUTES, *preferences.ROUTES, *conversations.ROUTES, *reports.ROUTES, *templates.ROUTES)
