"""What `user` adds to the house."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.centers.user._service.accounts import BRING_PEOPLE
from hansa.centers.user._service.erasing import DEADLINES
from hansa.centers.user._service.exports import JOB as EXPORT
from hansa.centers.user._service.exports import make_export
from hansa.centers.user._service.guests import forget_guests
from hansa.centers.user._service.issuers import Issuers
from hansa.centers.user._service.passwords import Passwords
from hansa.centers.user._service.people import GRANT_ROLES, READ_PARTIES, SUSPEND, operators_hand_over
from hansa.centers.user._service.personal import forget_unneeded
from hansa.centers.user._service.sessions import Sessions
from hansa.centers.user._store import addresses, parties, privacy, tokens
from hansa.centers.user._store.ending import forget_businesses
from hansa.centers.user._tables import metadata
from hansa.centers.user.events import EVENTS
from hansa.centers.user.extensions import MAY_ERASE, POINTS
from hansa.centers.user.terms import Consents
from hansa.centers.user.types import Accounts
from hansa.kernel.center import Center, Check, Job, Routes
from hansa.kernel.plan import BUSINESS_REMOVED

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_SHOWN_MAX = 10


async def _start(platform: Platform) -> None:
    settings = platform.settings.section(Accounts)
    platform.add(Passwords(settings))
    platform.add(Sessions(platform, settings))
    platform.add(Issuers(settings))


async def _emails_lead_to_people(tx: Transaction) -> Sequence[str]:
    return [
        f"An e-mail address leads to party {row['party_id']}, which is {row['kind'] or 'missing'}"
        f" ({row['state'] or 'no state'})."
        for row in await parties.broken_keys(tx, _SHOWN_MAX)
    ]


async def _dead_parties_have_no_tokens(tx: Transaction) -> Sequence[str]:
    return [
        f"Token {token} still opens a party that was merged or erased."
        for token in await tokens.living_tokens_of_dead_parties(tx, _SHOWN_MAX)
    ]


async def _addresses_have_versions(tx: Transaction) -> Sequence[str]:
    return [
        f"Address {address} has no version."
        for address in await addresses.entries_without_version(tx, _SHOWN_MAX)
    ]


async def _nothing_remains_of_the_erased(tx: Transaction) -> Sequence[str]:
    return [
        f"Party {row['party_id']} was erased, and still has a {row['place']}."
        for row in await privacy.remains(tx, _SHOWN_MAX)
    ]


def _routes() -> Routes:
    from hansa.centers.user._http import ROUTES  # noqa: PLC0415 - only what serves brings in the web

    return ROUTES


USER = Center(
    name="user",
    tables=metadata,
    migrations=Path(__file__).parent / "_migrations",
    points=POINTS,
    answers=(
        BUSINESS_REMOVED.by(forget_businesses, name="user_forgets_businesses"),
        MAY_ERASE.by(operators_hand_over, name="user_operators_hand_over"),
    ),
    events=EVENTS,
    terms=(Consents,),
    deadlines=DEADLINES,
    jobs=(
        Job("user.forget_unneeded", forget_unneeded, every_s=3600),
        Job("user.forget_guests", forget_guests, every_s=6 * 3600),
        Job(EXPORT, make_export),
    ),
    routes=_routes,
    permissions=(GRANT_ROLES, SUSPEND, READ_PARTIES, BRING_PEOPLE),
    platform_permissions=(GRANT_ROLES, SUSPEND, READ_PARTIES, BRING_PEOPLE),
    settings=(Accounts,),
    checks=(
        Check("user.emails_lead_to_people", _emails_lead_to_people),
        Check("user.dead_parties_have_no_tokens", _dead_parties_have_no_tokens),
        Check("user.addresses_have_versions", _addresses_have_versions),
        Check("user.nothing_remains_of_the_erased", _nothing_remains_of_the_erased),
    ),
    starts=(_start,),
)
