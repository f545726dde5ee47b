from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class ShopNotFound(NotFound):
    """There is no such shop in this business."""

    code = "shop.not_found"
    title = "There is no such shop"


class SlugTaken(Problem):
    """Another shop of the business has this slug."""

    code = "shop.slug_taken"
    status = 409
    title = "Another shop has this address already"


class ShopNotAdmitted(Problem):
    """The business does not let this party open a shop; `reason` says why."""

    code = "shop.not_admitted"
    status = 403
    title = "This shop cannot be opened here"


class StatusUnchangeable(Problem):
    """The shop's status does not lead to the one asked for."""

    code = "shop.status_unchangeable"
    status = 409
    title = "The shop cannot be brought into this state from the one it is in"


class PermissionUnknown(Problem):
    """No center knows this permission, or whoever grants it does not hold it."""

    code = "shop.permission_unknown"
    status = 422
    title = "This permission cannot be granted"


class OwnerStays(Problem):
    """The owner of a shop holds every permission in it already and cannot be made its staff."""

    code = "shop.owner_stays"
    status = 409
    title = "The owner of a shop cannot be added to or removed from its staff"


class StaffFull(Problem):
    """A shop has only so many staff."""

    code = "shop.staff_full"
    status = 409
    title = "This shop has as many staff as it can have"
