"""Which providers this process has, and which one serves a payment."""

from __future__ import annotations

from collections.abc import Iterable

from hansa.centers.payment._rules import payments as rules
from hansa.centers.payment.errors import NoProvider, ProviderUnknown
from hansa.centers.payment.extensions import ROUTING, Provider
from hansa.kernel.context import Ctx


class Providers:
    """The providers of a process, by name. Kept on the platform; a live one is added at start."""

    def __init__(self, providers: Iterable[Provider] = ()) -> None:
        self._by_name = {provider.name: provider for provider in providers}

    def add(self, provider: Provider) -> None:
        """Add a provider under its name."""
        self._by_name[provider.name] = provider

    def named(self, name: str) -> Provider:
        """Return the provider of this name. Raises `ProviderUnknown`."""
        found = self._by_name.get(name)
        if found is None:
            raise ProviderUnknown(provider=name[:64])
        return found


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
