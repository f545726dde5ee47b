"""The routes of the outside world: apps and their installations, webhook endpoints and deliveries."""

from hansa.centers.interconnect._http import apps, endpoints, events, installations, oauth

ROUTES = (*apps.ROUTES, *installations.ROUTES, *oauth.ROUTES, *endpoints.ROUTES, *events.ROUTES)
