"""What a shop sees of one event on its way to a webhook: the event in words, its standing, and every attempt."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from hansa.centers.interconnect import api as interconnect
from hansa.centers.interconnect.types import DELIVERY_ID, Attempt, Delivery, DeliveryState, Outcome
from hansa.kernel.texts import pick
from hansa.web.i18n import N_
from hansa.web.routes.selling.desk import Desk
from hansa.web.selling import AttemptRow, DeliveryRow

_MILLISECONDS = 1000
_OUTCOMES: Mapping[Outcome, str] = MappingProxyType(
    {
        Outcome.DELIVERED: N_("Taken"),
        Outcome.REFUSED: N_("Answered otherwise than with 2xx"),
        Outcome.TIMED_OUT: N_("No answer in time"),
        Outcome.UNREACHABLE: N_("Cannot be reached"),
        Outcome.FORBIDDEN: N_("Nothing is sent to this address"),
    }
)


def means(at: Desk, name: str) -> str:
    """Return what a type of event means, in the person's language; what has no meaning of its own is a test."""
    known = {one.name: one.means for one in interconnect.event_types()}
    return pick(known[name], at.ctx.locale) if name in known else at.seen.gettext("A test")


def delivery_row(at: Desk, one: Delivery, here: str) -> DeliveryRow:
    """Return a delivery as it stands in the list at `here`."""
    return DeliveryRow(
        url=f"{here}/{DELIVERY_ID.show(one.id)}",
        type=one.type,
        means=means(at, one.type),
        state=delivery_state(one),
        at=one.occurred_at,
        attempts=one.attempts,
    )


def attempt_row(at: Desk, one: Attempt) -> AttemptRow:
    """Return one attempt: what was answered, and how long that took."""
    what = at.seen.gettext(_OUTCOMES[one.outcome])
    return AttemptRow(
        at=one.at,
        what=f"{what} ({one.status})" if one.status else what,
        ok=one.outcome is Outcome.DELIVERED,
        took=f"{one.duration_ms:,} ms"
        if one.duration_ms < _MILLISECONDS
        else f"{one.duration_ms / 1000:.1f} s",
        response=one.response,
    )


def delivery_state(one: Delivery) -> str:
    """Return the state as pages know it: `delivered` is what happens to parcels."""
    return "arrived" if one.state is DeliveryState.DELIVERED else one.state.value


def pretty(payload: str) -> str:
    """Return what is sent as people read it; what is no JSON as it is."""
    try:
        return json.dumps(json.loads(payload), ensure_ascii=False, indent=2)
    except ValueError:
        return payload
