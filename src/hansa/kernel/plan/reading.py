"""Reading a plan: who answers what and why (`explain`), what a new one changes (`diff`), all points (`catalogue`).

Everything here is plain structs, for consoles and JSON; `str()` of an explanation or a difference is prose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import msgspec

from hansa.kernel.business import parent_of
from hansa.kernel.extension import ExtensionPoint
from hansa.kernel.metering import point_cell
from hansa.kernel.plan._signature import protocol_signature, spelt
from hansa.kernel.plan._step import Call, Link
from hansa.kernel.plan.compiler import manifest_facts
from hansa.kernel.plan.hearing import DEFAULT
from hansa.kernel.plan.plan import Plan
from hansa.kernel.spans import in_words
from hansa.kernel.term import term_name


class Answering(msgspec.Struct, frozen=True):
    """One implementation: its name, its function, who installs it, and at which path (empty: the platform)."""

    name: str
    function: str
    source: str
    level: str


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers a point in a business, in asking order, and what stands behind and around them."""

    point: str
    business: str
    mode: str
    on_error: str
    answers: tuple[Answering, ...]
    replaced: tuple[Answering, ...]
    """What parents say that is replaced here; with the policy `parent` it answers when this fails."""
    default: str | None
    guard: str | None

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.point} in {self.business} ({self.mode}, on error {self.on_error})"
        for place, answer in enumerate(self.answers, 1):
            inherited = answer.level != self.business
            whence = f", inherited from {answer.level or 'the platform'}" if inherited else ""
            yield f"  {place}. {answer.name}: {answer.function}, of {answer.source}{whence}"
        for answer in self.replaced:
            yield f"  replaced: {answer.name}: {answer.function}, of {answer.source}"
        if self.default:
            yield f"  default: {self.default}"
        if self.guard:
            yield f"  guard, always last: {self.guard}"


class Change(msgspec.Struct, frozen=True):
    """One difference: in which business, in what (`point trade.price`, `term deadlines`), from what to what."""

    business: str
    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.business}: {self.what} is new: {_shown(self.after)}"
        if self.after is None:
            return f"{self.business}: {self.what} is gone, was {_shown(self.before)}"
        return f"{self.business}: {self.what}: {_shown(self.before)} -> {_shown(self.after)}"


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """What changes between two plans, business by business."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changes)

    def __str__(self) -> str:
        lines = [f"{path}: new business" for path in self.added]
        lines += [f"{path}: removed" for path in self.removed]
        return "\n".join([*lines, *map(str, self.changes)]) or "no difference"


class Implementation(msgspec.Struct, frozen=True, kw_only=True):
    """An implementation in the catalogue, with what the businesses made of it since the process began."""

    name: str
    function: str
    source: str
    level: str
    calls: int
    errors: int
    mean_us: float
    max_us: float


class PointEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One extension point in the catalogue: everything its owner declares, and who implements it where."""

    name: str
    owner: str
    version: int
    mode: str
    effects: str
    budget_ms: float
    on_error: str
    doc: str
    signature: str
    default: str | None
    guard: str | None
    implementations: tuple[Implementation, ...]


def explain(plan: Plan, point: str, business: str) -> Explanation:
    """Return who answers a point in a business. Raises `LookupError` for what is not in the plan."""
    declared = plan.points.get(point)
    if declared is None:
        raise LookupError(f"the plan has no point {point}")
    if business not in plan.businesses:
        raise LookupError(f"the plan has no business {business}")
    chain = plan.links(point, business)
    above: list[Link] = []
    path = business
    while path:
        path = parent_of(path)
        above += [link for link in plan.links(point, path) if link not in chain and link not in above]
    return Explanation(
        point=point,
        business=business,
        mode=declared.mode,
        on_error=declared.on_error,
        answers=tuple(map(_answering, chain)),
        replaced=tuple(map(_answering, above)),
        default=function_name(declared.default),
        guard=function_name(declared.guard),
    )


def diff(old: Plan, new: Plan) -> Difference:
    """Return what changes for whom when `new` takes the place of `old`."""
    both = [path for path in new.businesses if path in old.businesses]
    return Difference(
        added=tuple(path for path in new.businesses if path not in old.businesses),
        removed=tuple(path for path in old.businesses if path not in new.businesses),
        changes=tuple(
            change
            for path in both
            if old.hashes[path] != new.hashes[path]
            for change in _changes(old, new, path)
        ),
    )


def catalogue(points: Iterable[ExtensionPoint[Any]], plan: Plan) -> list[PointEntry]:
    """Return every point by name, with its implementations in this plan and their use in this process."""
    return [_entry(point, plan) for point in sorted(points, key=lambda point: point.name)]


def function_name(fn: Call | None) -> str | None:
    """Return a function's full name as the catalogue shows it."""
    if fn is None:
        return None
    while hasattr(fn, "func"):
        fn = fn.func
    named = fn if hasattr(fn, "__qualname__") else type(fn)
    return f"{named.__module__}.{named.__qualname__}"


def _shown(value: object) -> str:
    return in_words(value) if isinstance(value, timedelta) else str(value)


def _answering(link: Link) -> Answering:
    extension = link.extension
    return Answering(extension.name, function_name(extension.fn) or "", extension.source, link.level)


def _changes(old: Plan, new: Plan, path: str) -> Iterator[Change]:
    facts, facts_now = manifest_facts(old.businesses[path]), manifest_facts(new.businesses[path])
    for name in facts_now:
        if facts[name] != facts_now[name]:
            yield Change(path, name, facts[name], facts_now[name])
    for kind in {**old.terms[path], **new.terms[path]}:
        before, after = old.terms[path].get(kind), new.terms[path].get(kind)
        for field in kind.__struct_fields__:
            was, now = getattr(before, field, None), getattr(after, field, None)
            if was != now:
                yield Change(path, f"term {term_name(kind)}.{field}", was, now)
    for point in sorted({*old.points, *new.points}):
        was, now = _chain_text(old, point, path), _chain_text(new, point, path)
        if was != now:
            yield Change(path, f"point {point}", was, now)


def _chain_text(plan: Plan, point: str, path: str) -> str | None:
    if point not in plan.points:
        return None
    names = [f"{link.name} ({link.extension.source})" for link in plan.links(point, path)]
    return ", ".join(names) or DEFAULT


def _entry(point: ExtensionPoint[Any], plan: Plan) -> PointEntry:
    links = [link for (name, _), chain in plan.chains.items() if name == point.name for link in chain]
    return PointEntry(
        name=point.name,
        owner=point.owner,
        version=point.version,
        mode=point.mode,
        effects=point.effects,
        budget_ms=point.budget_ms,
        on_error=point.on_error,
        doc=point.doc,
        signature=spelt(protocol_signature(point)),
        default=function_name(point.default),
        guard=function_name(point.guard),
        implementations=tuple(_implementation(plan, point.name, link) for link in dict.fromkeys(links)),
    )


def _implementation(plan: Plan, point: str, link: Link) -> Implementation:
    what = point_cell(point, link.name)
    inside = f"{link.level}."
    cells = [
        cell
        for (business, _, counted), cell in plan.meter.cells().items()
        if counted == what and (not link.level or business == link.level or business.startswith(inside))
    ]
    calls, ns = sum(cell.calls for cell in cells), sum(cell.ns for cell in cells)
    return Implementation(
        name=link.name,
        function=function_name(link.extension.fn) or "",
        source=link.extension.source,
        level=link.level,
        calls=calls,
        errors=sum(cell.errors for cell in cells),
        mean_us=ns / calls / 1000 if calls else 0.0,
        max_us=max((max(cell.ns_max, cell.ns_max_before) for cell in cells), default=0) / 1000,
    )
