"""Which providers this process has, and which one serves a payment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment._store.audits import charged_by_the_wrong
from hansa.centers.payment.errors import NoProvider, ProvidersBroken, ProviderUnknown
from hansa.centers.payment.extensions import ROUTING, SANDBOX, Provider
from hansa.kernel.center import Check
from hansa.kernel.context import Ctx
from hansa.kernel.db import Transaction
from hansa.kernel.platform import Platform

PROVIDERS_GROUP = "hansa.providers"


class Providers:
    """The providers of a process, by name. Kept on the platform."""

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._by_name = {provider.name: provider for provider in providers}

    def named(self, name: str) -> Provider:
        """Return the provider of this name. Raises `ProviderUnknown`."""
        found = self._by_name.get(name)
        if found is None:
            raise ProviderUnknown(provider=name[:64])
        return found

    def live(self) -> dict[str, bool]:
        """Tell of each provider whether it moves real money."""
        return {name: provider.live for name, provider in self._by_name.items()}


async def _audit(tx: Transaction) -> Sequence[str]:
    return await charged_by_the_wrong(tx, tx.platform.service(Providers).live())


RIGHT_PROVIDERS = Check("payment.providers", _audit)
"""Real money moves in live traffic, and nowhere else: whichever providers packages bring."""


def installed_providers(platform: Platform, found: Iterable[EntryPoint] | None = None) -> list[Provider]:
    """Make the providers of installed packages: entry points of the group `hansa.providers`.

    An entry point names a function that takes the platform and returns a `Provider`; it says which settings and
    connections it needs by taking them from there. Raises `ProvidersBroken` naming every package that does not
    load, at once: a shop that cannot be paid is better not opened.
    """
    made: list[Provider] = []
    broken: list[str] = []
    for entry in entry_points(group=PROVIDERS_GROUP) if found is None else found:
        try:
            provider = entry.load()(platform)
        except Exception as error:  # noqa: BLE001 - a package may fail in any way
            broken.append(f"{entry.value}: {error}")
            continue
        if not isinstance(provider, Provider):
            broken.append(f"{entry.value} makes no provider, but a {type(provider).__name__}")
        elif provider.name in {SANDBOX, *(other.name for other in made)}:
            broken.append(f"{entry.value}: there is another provider called {provider.name}")
        else:
            made.append(provider)
    if broken:
        raise ProvidersBroken(packages=broken)
    return made


def provider_of(ctx: Ctx) -> Provider:
    """Return the provider that serves this business and traffic.

    Whatever an extension answers, what is not live goes to a sandbox and what is live never does: raises
    `ProviderForbidden`; `NoProvider` when nobody serves.
    """
    name = ROUTING.of(ctx)(ctx)
    if name is None:
        raise NoProvider(business=ctx.business, traffic=ctx.traffic)
    return provider_named(ctx, name)


def provider_named(ctx: Ctx, name: str) -> Provider:
    """Return a provider by name, if it may serve the traffic of `ctx`. Raises `ProviderForbidden`."""
    provider = ctx.platform.service(Providers).named(name)
    rules.guard(provider, ctx.traffic)
    return provider
