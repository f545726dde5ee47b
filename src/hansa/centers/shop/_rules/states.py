"""A shop's life as data. The database holds the same pairs in a CHECK; a test compares the two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from hansa.centers.shop.types import InvitationState, ShopStatus

_S = ShopStatus

TRANSITIONS: Mapping[ShopStatus | None, frozenset[ShopStatus]] = MappingProxyType(
    {
        None: frozenset({_S.PENDING, _S.ACTIVE}),  # a business without review opens shops at once
        _S.PENDING: frozenset({_S.ONBOARDING, _S.CLOSED}),
        _S.ONBOARDING: frozenset({_S.READY_FOR_REVIEW, _S.CLOSED}),
        _S.READY_FOR_REVIEW: frozenset({_S.ONBOARDING, _S.APPROVED, _S.REJECTED}),
        _S.REJECTED: frozenset({_S.ONBOARDING, _S.CLOSED}),
        _S.APPROVED: frozenset({_S.ACTIVE, _S.CLOSED}),
        _S.ACTIVE: frozenset({_S.SUSPENDED, _S.CLOSING}),
        _S.SUSPENDED: frozenset({_S.ACTIVE, _S.CLOSING}),
        _S.CLOSING: frozenset({_S.ACTIVE, _S.SUSPENDED, _S.CLOSED}),
        _S.CLOSED: frozenset(),
    }
)

ANSWERABLE = frozenset({_S.PENDING, _S.ONBOARDING, _S.REJECTED})
"""While a shop stands here, its applicant answers what is asked."""

NEVER_SOLD = frozenset({_S.PENDING, _S.ONBOARDING, _S.REJECTED, _S.APPROVED})
"""A shop that stands here has no orders to wait for: it closes at once."""

REVIEWED = frozenset({_S.READY_FOR_REVIEW, _S.APPROVED, _S.ACTIVE, _S.SUSPENDED, _S.CLOSING})
"""Where a shop of a business with review stands once the platform has looked, or is looking, at who sells."""

INVITATION_TRANSITIONS: Mapping[InvitationState | None, frozenset[InvitationState]] = MappingProxyType(
    {
        None: frozenset({InvitationState.PENDING}),
        InvitationState.PENDING: frozenset(
            {InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.WITHDRAWN}
        ),
        InvitationState.ACCEPTED: frozenset(),
        InvitationState.DECLINED: frozenset(),
        InvitationState.WITHDRAWN: frozenset(),
    }
)


def may_become(status: ShopStatus, wanted: ShopStatus) -> bool:
    """Tell whether one step leads from a status to another."""
    return wanted in TRANSITIONS[status]
