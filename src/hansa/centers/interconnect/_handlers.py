"""What interconnect does on events and deadlines, by the hour, and when others ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from hansa.centers.interconnect._service.apps import retire
from hansa.centers.interconnect._service.sending import FAILING, GONE, Dispatcher
from hansa.centers.interconnect._service.vault import Vault
from hansa.centers.interconnect._store import apps as app_store
from hansa.centers.interconnect._store import authorizations, deliveries, endpoints
from hansa.centers.interconnect.events import EndpointDisabled
from hansa.centers.interconnect.types import ENDPOINT_ID, Endpoint, Webhooks
from hansa.centers.message import api as message
from hansa.centers.message.types import Notification, Reference, ReferenceKind, Topic
from hansa.centers.shop import api as shop
from hansa.centers.user import api as user
from hansa.centers.user.extensions import Erasure
from hansa.centers.user.types import PersonalRecord
from hansa.kernel.center import Deadline
from hansa.kernel.context import PLATFORM_BUSINESS, Ctx, Traffic
from hansa.kernel.event import Envelope

if TYPE_CHECKING:
    from hansa.kernel.db import Transaction
    from hansa.kernel.platform import Platform

_BATCH = 1_000


def topics(ctx: Ctx) -> Sequence[Topic]:  # noqa: ARG001 - the point's signature
    """Answer `message.topics`: what whoever answers for apps and endpoints is told."""
    return (
        Topic(
            name="apps", titles={"en": "Apps and webhooks", "zh": "应用与回调"}, templates=("interconnect.*",)
        ),
    )


async def retry_due(tx: Transaction, due: Sequence[Deadline]) -> None:
    """The pause is over: have deliveries sent again."""
    await deliveries.make_due(tx, [deadline.subject for deadline in due])
    tx.after_commit(tx.platform.service(Dispatcher).wake)


async def tell_owners(tx: Transaction, disabled: Sequence[Envelope[EndpointDisabled]]) -> None:
    """Tell whoever answers for an endpoint that the platform stopped sending there."""
    stopped = [one for one in disabled if one.event.reason in {GONE, FAILING}]
    if not stopped:
        return
    found = await endpoints.read_endpoints(tx, [one.event.endpoint_id for one in stopped])
    owners = await _owners(tx, stopped[0], list(found.values()))
    told: list[tuple[Ctx, Notification]] = []
    for envelope in stopped:
        endpoint = found.get(envelope.event.endpoint_id)
        if endpoint is None or endpoint.id not in owners:
            continue
        params = {
            "endpoint": ENDPOINT_ID.show(endpoint.id),
            "url": endpoint.url.partition("?")[0],
            "reason": envelope.event.reason,
        }
        ctx = tx.context(envelope.business, envelope.traffic, trace=envelope.trace)
        told.append(
            (
                ctx,
                Notification(
                    party=owners[endpoint.id],
                    template="interconnect.endpoint_disabled",
                    params=params,
                    about=Reference(ReferenceKind.ENDPOINT, params["endpoint"]),
                ),
            )
        )
    await message.notify_all(tx, told)


async def _owners(
    tx: Transaction, any_of: Envelope[EndpointDisabled], found: Sequence[Endpoint]
) -> dict[UUID, UUID]:
    """Return who answers for each endpoint: the owner of its shop or its app."""
    ctx = tx.context(any_of.business, any_of.traffic)
    shops = await shop.shops(ctx, {one.shop_id for one in found if one.shop_id is not None})
    apps = await user.apps_by_id(tx, [one.app_id for one in found if one.app_id is not None])
    owners: dict[UUID, UUID] = {}
    for one in found:
        if one.shop_id in shops:
            owners[one.id] = shops[one.shop_id].owner
        elif one.app_id in apps:
            owners[one.id] = apps[one.app_id].owner
    return owners


async def forget_old(platform: Platform, _payload: bytes) -> None:
    """Drop public events, deliveries, attempts and ended authorizations older than what is kept, by real time."""
    now = platform.clocks.now(PLATFORM_BUSINESS, Traffic.LIVE)
    before = now - platform.settings.section(Webhooks).keep
    more = True
    while more:
        async with platform.db.transaction() as tx:
            more = await deliveries.forget_before(tx, before, limit=_BATCH) > 0
    more = True
    while more:
        async with platform.db.transaction() as tx:
            more = await authorizations.forget_before(tx, before, limit=_BATCH) > 0


async def reseal_secrets(platform: Platform, _payload: bytes) -> None:
    """Seal with the current key what was sealed with another, so that the other can be taken away."""
    vault = platform.service(Vault)
    more = True
    while more:
        async with platform.db.transaction() as tx:
            sealed = await endpoints.lock_sealed_otherwise(tx, vault.sealed_with, limit=_BATCH)
            more = len(sealed) == _BATCH
            again = [
                (
                    endpoint_id,
                    vault.seal(vault.open(secret)),
                    vault.seal(vault.open(old)) if old is not None else None,
                )
                for endpoint_id, secret, old in sealed
            ]
            await endpoints.reseal(tx, again, sealed_with=vault.sealed_with)


async def erase(tx: Transaction, commands: Sequence[Erasure]) -> Sequence[Sequence[str]]:
    """Answer `user.erase`: somebody's apps are over, and what they wrote about them and about endpoints goes.

    So do the endpoints of shops they owned, which are over.
    """
    everybody = [party for command in commands for party in command.parties]
    owned = await app_store.apps_owned_by(tx, everybody)
    shops = await shop.shops_owned_by(tx, everybody)
    over, wrote = await retire(tx, commands[0].ctx, list(owned), forgetting=everybody, owned=shops)
    answers: list[list[str]] = []
    for command in commands:
        mine = set(command.parties)
        told = ["interconnect.app"] if any(owned[app_id] in mine for app_id in over) else []
        answers.append([*told, *(["interconnect.endpoint"] if mine.intersection(wrote) else [])])
    return answers


async def held_about(ctx: Ctx, party: UUID) -> Sequence[PersonalRecord]:
    """Answer `user.personal_data`: somebody's apps, and the endpoints they made."""
    async with ctx.transaction() as tx:
        apps = await app_store.read_apps(tx, list(await app_store.apps_owned_by(tx, [party])))
        made = await endpoints.endpoints_made_by(tx, party, limit=None)
    return [
        *(PersonalRecord(kind="interconnect.app", content=msgspec.to_builtins(one)) for one in apps.values()),
        *(PersonalRecord(kind="interconnect.endpoint", content=msgspec.to_builtins(one)) for one in made),
    ]
