"""The shops' routes: buyers read, owners and staff write, operators decide."""

from __future__ import annotations

from hansa.centers.shop._http import commission, onboarding, shops, staff

ROUTES = (*shops.ROUTES, *onboarding.ROUTES, *staff.ROUTES, *commission.ROUTES)
