from __future__ import annotations

from hansa.kernel.problem import NotFound, Problem


class PlaceNotFound(NotFound):
    """There is no such place, or it is not the caller's to change."""

    code = "place.not_found"
    title = "There is no such place"


class GlnTaken(Problem):
    """Another place has this Global Location Number."""

    code = "place.gln_taken"
    status = 409
    title = "Another place has this Global Location Number"


class PlacesFull(Problem):
    """A shop has only so many places."""

    code = "place.places_full"
    status = 409
    title = "This shop has as many places as it can have"


class PlaceClosed(Problem):
    """A place that was given up does not change any more."""

    code = "place.closed"
    status = 409
    title = "This place was given up"


class PlaceChangedSince(Problem):
    """Somebody changed it in the meantime; `version` is the one to look at."""

    code = "place.changed_since"
    status = 409
    title = "This was changed in the meantime, please look again"
