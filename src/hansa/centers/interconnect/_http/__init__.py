"""The routes of the outside world: apps and their installations, webhook endpoints and deliveries."""

from hansa.centers.interconnect._http import apps, endpoints, events, installations

ROUTES = (*apps.ROUTES, *installations.ROUTES, *endpoints.ROUTES, *events.ROUTES)
