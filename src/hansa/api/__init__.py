"""The REST face: every center's routes under `/api`, one way of saying who one is, one OpenAPI document."""

from hansa.api.app import make_api, make_router

__all__ = ["make_api", "make_router"]
