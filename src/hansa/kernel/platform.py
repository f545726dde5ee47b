"""The running platform of one process: what a `Ctx` can reach, wired in `hansa.app` and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hansa.kernel.center import Center
    from hansa.kernel.clock import Clocks
    from hansa.kernel.context import Actor, Ctx, Traffic
    from hansa.kernel.db import Database
    from hansa.kernel.lane import Lane
    from hansa.kernel.metering import Meter
    from hansa.kernel.plan import Plans
    from hansa.kernel.settings import Settings

S = TypeVar("S")


@dataclass(slots=True)
class Platform:
    """Everything one process runs on. `service` holds what centers keep per process, keyed by its type."""

    settings: Settings
    db: Database
    clocks: Clocks
    plans: Plans
    meter: Meter
    centers: Sequence[Center]
    lanes: dict[str, Lane[Any, Any]] = field(default_factory=dict)
    _services: dict[type[Any], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let transactions find the platform they belong to."""
        self.db.platform = self

    def add(self, service: object) -> None:
        """Keep a center's per-process object (a snapshot cache, a provider), found again by its type."""
        self._services[type(service)] = service

    def service(self, kind: type[S]) -> S:
        """Return the per-process object of this type; `KeyError` when nobody added one."""
        found: S = self._services[kind]
        return found

    def context(
        self,
        business: str,
        *,
        traffic: Traffic | None = None,
        actor: Actor | None = None,
        locale: str = "",
        trace: str = "",
    ) -> Ctx:
        """Make a context for a business as the edge does.

        Raises `UnknownBusiness`, `BusinessStopped`, `BusinessEnded`.
        """
        return self.plans.context(self, business, traffic=traffic, actor=actor, locale=locale, trace=trace)
