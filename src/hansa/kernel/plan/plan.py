"""The plan: all manifests compiled. Immutable; callables and counters are made when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from hansa.kernel.breaker import Breaker, Breakers
from hansa.kernel.business import PLATFORM, Business, levels
from hansa.kernel.context import Traffic
from hansa.kernel.extension import Effects, ExtensionPoint
from hansa.kernel.metering import Cell, Meter, point_cell
from hansa.kernel.plan._build import build_batch, build_call
from hansa.kernel.plan._step import Call, Gauges, Link
from hansa.kernel.plan.errors import UnknownBusiness
from hansa.kernel.plan.hearing import DEFAULT
from hansa.kernel.term import Term

T = TypeVar("T", bound=Term)
Terms = Mapping[type[Term], Term]


class _Calls(dict[str, Call]):
    """Callables by point name, made on the first look-up; from then on a look-up is all it costs."""

    def __init__(self, make: Callable[[str], Call]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, point: str) -> Call:
        call = self[point] = self._make(point)
        return call


class BusinessPlan:
    """The plan of one business and traffic class: what a `Ctx` carries.

    `business` is the effective manifest, with everything inherited filled in. `hash` changes when, and
    only when, an answer, a term or the manifest of this business or of what it inherits from changes.
    `source` is the whole plan it is part of.
    """

    __slots__ = ("_terms", "business", "calls", "generation", "hash", "source", "traffic")

    def __init__(
        self,
        *,
        source: Plan,
        business: Business,
        traffic: Traffic,
        generation: int,
        content_hash: str,
        terms: Terms,
        calls: Mapping[str, Call],
    ) -> None:
        self.source = source
        self.business = business
        self.traffic = traffic
        self.generation = generation
        self.hash = content_hash
        self.calls = calls
        self._terms = terms

    def answered_by(self, point: str) -> tuple[str, ...]:
        """Return the names of those who answer a point here, in the order asked; `default` when nobody does."""
        return tuple(link.name for link in self.source.links(point, self.business.path)) or (DEFAULT,)

    def term(self, kind: type[T]) -> T:
        """Return the business's term: stated fields over its parents' over the defaults, field by field.

        Raises `LookupError` for a term that no center registered: a bug in the wiring.
        """
        try:
            found: T = self._terms[kind]  # type: ignore[assignment]  # stored under its own type
        except KeyError:
            raise LookupError(f"no center registered the term {kind.__qualname__}") from None
        return found


@dataclass(frozen=True, eq=False)
class Plan:
    """All businesses compiled: `(point, business) -> callable`. Two plans of one `hash` answer alike.

    `manifests` is what was written, `businesses` what it means with everything inherited. A chain is kept
    for the levels that add to it; the others share their parent's.
    """

    generation: int
    hash: str
    code_hash: str
    """The hash of what the process's code brings: points, terms, plays, packages, answers of centers."""
    points: Mapping[str, ExtensionPoint[Any]]
    terms: Mapping[str, Terms]
    manifests: Mapping[str, Business]
    businesses: Mapping[str, Business]
    hashes: Mapping[str, str]
    hosts: Mapping[str, str]
    chains: Mapping[tuple[str, str], tuple[Link, ...]]
    meter: Meter
    breakers: Breakers
    _made: dict[tuple[str, Traffic], BusinessPlan] = field(default_factory=dict)
    _batches: dict[tuple[str, str], Call] = field(default_factory=dict)

    def manifest(self, path: str) -> Business | None:
        """Return the effective manifest of a business, or of the platform itself; None when there is none."""
        return PLATFORM if path == PLATFORM.path else self.businesses.get(path)

    def of(self, path: str, traffic: Traffic = Traffic.LIVE) -> BusinessPlan:
        """Return the plan of one business. Raises `UnknownBusiness`."""
        found = self._made.get((path, traffic))
        if found is None:
            business = self.manifest(path)
            if business is None:
                raise UnknownBusiness(business=path)
            found = self._made[path, traffic] = BusinessPlan(
                source=self,
                business=business,
                traffic=traffic,
                generation=self.generation,
                content_hash=self.hashes[path],
                terms=self.terms[path],
                calls=_Calls(lambda point: self.call(point, path, traffic)),
            )
        return found

    def call(self, point: str, path: str, traffic: Traffic = Traffic.LIVE) -> Call:
        """Make the callable of one point in one business; `BusinessPlan.calls` keeps what this makes.

        Raises `LookupError` for a point that no center declared: a bug in the wiring.
        """
        declared = self.points.get(point)
        if declared is None:
            raise LookupError(f"no center declared the extension point {point}")
        clock_ns = self.breakers.clock_ns
        if declared.effects is not Effects.TX:
            gauges = self._gauges(path, traffic)
            return build_call(declared, path, lambda at: self.links(point, at), gauges, clock_ns)
        home = self.home(point, path)
        batch = self._batches.get((point, home))
        if batch is None:
            batch = build_batch(declared, home, lambda at: self.links(point, at), self._gauges, clock_ns)
            self._batches[point, home] = batch
        return batch

    def links(self, point: str, path: str) -> tuple[Link, ...]:
        """Return who is asked, in order, without the default."""
        return self.chains.get((point, self.home(point, path)), ())

    def home(self, point: str, path: str) -> str:
        """Return the level that shapes a point's chain for a path: the nearest that adds to it."""
        for level in reversed(levels(path)):
            if (point, level) in self.chains:
                return level
        return ""

    def as_generation(self, generation: int) -> Plan:
        """Return the same plan under another generation's number."""
        return replace(self, generation=generation, _made={}, _batches={})

    def _gauges(self, path: str, traffic: Traffic) -> Gauges:
        def gauge(point: str, implementation: str) -> tuple[Cell, Breaker]:
            cell = self.meter.cell(path, traffic, point_cell(point, implementation))
            if implementation == DEFAULT:
                return cell, self.breakers.never(cell)
            return cell, self.breakers.of((path, traffic, point, implementation), cell)

        return gauge


def frozen(mapping: dict[Any, Any]) -> Mapping[Any, Any]:
    """Return a read-only view."""
    return MappingProxyType(mapping)
