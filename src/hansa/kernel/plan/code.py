"""What the code of this process brings to a plan; together with published configurations it makes one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import msgspec

from hansa.kernel.breaker import Breakers
from hansa.kernel.business import PLATFORM, Business, Play
from hansa.kernel.extension import Extension, ExtensionPoint
from hansa.kernel.metering import Meter
from hansa.kernel.plan._hash import digest
from hansa.kernel.plan.bounds import Bounds
from hansa.kernel.plan.compiler import compile_plan, manifest_identity, point_identity
from hansa.kernel.plan.errors import CompileError, PlanInvalid
from hansa.kernel.plan.plan import Plan
from hansa.kernel.term import Term, term_name

if TYPE_CHECKING:
    from hansa.kernel.center import Center

BUSINESSES_GROUP = "hansa.businesses"


@dataclass(frozen=True)
class Code:
    """Points, terms, plays, packaged businesses, answers of centers by the center's name; and its bounds."""

    points: Sequence[ExtensionPoint[Any]] = ()
    terms: Sequence[type[Term]] = ()
    plays: Sequence[Play[Any, Any]] = ()
    packages: Sequence[Business] = ()
    answers: Mapping[str, Sequence[Extension]] = field(default_factory=dict)
    bounds: Bounds = field(default_factory=Bounds)

    @classmethod
    def of(
        cls,
        centers: Iterable[Center],
        *,
        plays: Sequence[Play[Any, Any]] = (),
        packages: Sequence[Business] = (),
        points: Sequence[ExtensionPoint[Any]] = (),
        bounds: Bounds | None = None,
    ) -> Code:
        """Gather what centers declare; `points` are the kernel's own, and those of plays."""
        centers = list(centers)
        return cls(
            points=[*points, *(point for center in centers for point in center.points)],
            terms=[term for center in centers for term in center.terms],
            plays=plays,
            packages=packages,
            answers={center.name: center.answers for center in centers},
            bounds=bounds or Bounds(),
        )

    @cached_property
    def hash(self) -> str:
        """The content hash of all of it: processes with the same hash compile the same plans."""
        return digest(
            sorted(repr(digest(point_identity(point))) for point in self.points),
            sorted(_term_identity(kind) for kind in self.terms),
            {play.name: play.install for play in self.plays},
            {business.path: manifest_identity(business) for business in self.packages},
            {
                center: [
                    (ext.point.name, ext.name, ext.version, ext.before, ext.after, ext.fn) for ext in answers
                ]
                for center, answers in self.answers.items()
            },
            *self.bounds.of_code(),
        )

    @property
    def entities(self) -> frozenset[str]:
        """The legal entities that keep books by what the platform, the packages and the settings say."""
        said = {business.entity for business in self.packages} | self.bounds.entities
        return frozenset(said | {PLATFORM.entity}) - {""}

    def compile(
        self,
        configured: Iterable[Business] = (),
        *,
        without: Iterable[str] = (),
        entities: Collection[str] = (),
        generation: int = 0,
        meter: Meter | None = None,
        breakers: Breakers | None = None,
    ) -> Plan:
        """Compile the packages and published configurations, except paths that ended. Raises `PlanInvalid`.

        Any legal entity is taken unless `entities` names those that keep books.
        """
        ended = frozenset(without)
        return compile_plan(
            self.points,
            self.terms,
            self.plays,
            [business for business in (*self.packages, *configured) if business.path not in ended],
            self.answers,
            bounds=self.bounds,
            entities=entities,
            generation=generation,
            code_hash=self.hash,
            meter=meter,
            breakers=breakers,
        )


def installed_businesses(found: Iterable[EntryPoint] | None = None) -> list[Business]:
    """Load the businesses of installed packages: entry points of the group `hansa.businesses`.

    An entry point names a `Business` or a list of them. Raises `PlanInvalid` naming every package that
    does not load, at once.
    """
    businesses: list[Business] = []
    errors: list[CompileError] = []
    for entry in entry_points(group=BUSINESSES_GROUP) if found is None else found:
        try:
            loaded = entry.load()
        except Exception as error:  # noqa: BLE001 - a package may fail to import in any way
            errors.append(
                CompileError("package_broken", f"the package of {entry.value} does not load: {error}")
            )
            continue
        made = list(loaded) if isinstance(loaded, list | tuple) else [loaded]
        if all(isinstance(business, Business) for business in made):
            businesses.extend(made)
        else:
            errors.append(
                CompileError("package_broken", f"{entry.value} is not a Business or a list of them")
            )
    if errors:
        raise PlanInvalid(errors)
    return businesses


def _term_identity(kind: type[Term]) -> str:
    fields = [(item.name, repr(item.type), item.default) for item in msgspec.structs.fields(kind)]
    return digest(term_name(kind), kind.__module__, [(name, text) for name, text, _ in fields], kind())
