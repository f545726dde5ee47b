"""The compiler: manifests and code in, a plan or every error at once out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import msgspec

from hansa.kernel.breaker import Breakers
from hansa.kernel.business import (
    PATH_LENGTH_MAX,
    PATH_PATTERN,
    PLATFORM,
    Business,
    Play,
    levels,
)
from hansa.kernel.extension import Extension, ExtensionPoint, Mode
from hansa.kernel.metering import Meter
from hansa.kernel.plan._hash import digest
from hansa.kernel.plan._order import OrderCycle, sort_links, unordered_pairs, unreachable
from hansa.kernel.plan._signature import misfits, point_faults
from hansa.kernel.plan._step import Link
from hansa.kernel.plan.bounds import Bounds
from hansa.kernel.plan.errors import CompileError, PlanInvalid
from hansa.kernel.plan.hearing import DEFAULT
from hansa.kernel.plan.plan import Plan, Terms, frozen
from hansa.kernel.term import Term, stated, term_name

Answers = Mapping[str, Sequence[Extension]]
"""Answers of centers to points below, by the center's name."""

_PATH = re.compile(PATH_PATTERN)
_OPEN = Bounds()


def compile_plan(
    points: Iterable[ExtensionPoint[Any]],
    terms: Iterable[type[Term]],
    plays: Iterable[Play[Any, Any]],
    businesses: Iterable[Business],
    answers: Answers,
    *,
    bounds: Bounds = _OPEN,
    entities: Collection[str] = (),
    generation: int = 0,
    code_hash: str = "",
    meter: Meter | None = None,
    breakers: Breakers | None = None,
) -> Plan:
    """Compile manifests into one immutable plan. Raises `PlanInvalid` with everything that is wrong.

    The answers of centers stand on the platform's level, which every business inherits from. `entities` are
    the legal entities that keep books; where none are named, any is taken.
    """
    compiler = _Compiler(list(points), list(terms), list(plays), bounds, frozenset(entities))
    compiler.add_level(
        "", [(name, extension) for name, extensions in answers.items() for extension in extensions]
    )
    ordered = compiler.accept(list(businesses))
    for business in ordered:
        compiler.add_business(business)
    if compiler.errors:
        raise PlanInvalid(sorted(set(compiler.errors)))
    return compiler.plan(
        generation=generation, code_hash=code_hash, meter=meter or Meter(), breakers=breakers or Breakers()
    )


class _Compiler:
    """Collects levels from the platform down; every method adds its errors and goes on."""

    def __init__(
        self,
        points: list[ExtensionPoint[Any]],
        terms: list[type[Term]],
        plays: list[Play[Any, Any]],
        bounds: Bounds,
        entities: frozenset[str],
    ) -> None:
        self.errors: list[CompileError] = []
        self._points: dict[str, ExtensionPoint[Any]] = {}
        self._kinds = terms
        self._bounds = bounds
        self._entities = entities
        self._plays = {play.name: play for play in plays}
        self._manifests: dict[str, Business] = {}
        self._effective: dict[str, Business] = {"": PLATFORM}
        self._terms: dict[str, Terms] = {"": {kind: kind() for kind in terms}}
        self._hosts: dict[str, str] = {}
        self._own: dict[tuple[str, str], list[Link]] = {}
        self._chains: dict[tuple[str, str], tuple[Link, ...]] = {}
        self._hashes: dict[str, str] = {}
        self._declare(points)

    def _error(self, code: str, message: str, *, business: str = "", point: str = "") -> None:
        self.errors.append(CompileError(code, message, business, point))

    def _declare(self, points: list[ExtensionPoint[Any]]) -> None:
        for point in points:
            if self._points.setdefault(point.name, point) is not point:
                self._error("point_twice", f"two points are named {point.name}", point=point.name)
            for fault in point_faults(point):
                self._error("point_faulty", f"the point {point.name} {fault}", point=point.name)
        named: dict[str, type[Term]] = {}
        for kind in self._kinds:
            other = named.setdefault(term_name(kind), kind)
            if other is not kind:
                both = f"{other.__module__}.{other.__qualname__} and {kind.__module__}.{kind.__qualname__}"
                self._error("term_name_twice", f"two terms are named {term_name(kind)}: {both}")

    def accept(self, businesses: list[Business]) -> list[Business]:
        """Check identities; return the manifests whose place is clear, parents first."""
        accepted = []
        paths = {business.path for business in businesses}
        for business in sorted(businesses, key=lambda business: business.path.count(".")):
            path = business.path
            if not _PATH.fullmatch(path) or len(path) > PATH_LENGTH_MAX:
                self._error("path_malformed", f"{path!r} is no path: words of a-z, 0-9 and -, joined by dots")
            elif path in self._bounds.reserved:
                message = f"{path} cannot name a business: the platform itself answers at /{path}"
                self._error("path_reserved", message, business=path)
            elif path in self._manifests:
                both = " and ".join(_called(one) for one in (self._manifests[path], business))
                self._error("path_twice", f"two businesses claim the path {path}: {both}", business=path)
            elif business.parent and business.parent not in paths:
                message = f"{path} inherits from {business.parent}, which is no business"
                self._error("parent_unknown", message, business=path)
            else:
                self._manifests[path] = business
                accepted.append(business)
        return accepted

    def add_business(self, business: Business) -> None:
        """Take in one manifest; its parents are in already."""
        path, parent = business.path, self._effective[business.parent]
        self._effective[path] = business.inherit(parent)
        for fault in self._bounds.faults(self._effective[path]):
            self._error("manifest_faulty", f"{path}: {fault}", business=path)
        if self._entities and self._effective[path].entity not in self._entities:
            there = ", ".join(sorted(self._entities))
            message = (
                f"{path}: entity {self._effective[path].entity!r} keeps no books here; there are: {there}"
            )
            self._error("entity_unknown", f"{message} (HANSA_ENTITIES names others)", business=path)
        for host in business.hosts:
            if host in self._bounds.hosts:
                message = f"{path} and the platform itself (HANSA_PUBLIC_URL) both claim the host {host}"
                self._error("host_reserved", message, business=path)
            other = self._hosts.setdefault(host, path)
            if other != path:
                self._error("host_twice", f"{other} and {path} both claim the host {host}", business=path)
        extensions, statements = self._parts(business)
        self._terms[path] = self._resolve_terms(business, statements)
        self.add_level(path, extensions)

    def _parts(self, business: Business) -> tuple[list[tuple[str, Extension]], list[tuple[str, Term]]]:
        """Return what the manifest and its plays add, each with who says so; the manifest's own first."""
        own = f"business {business.path}"
        extensions = [(own, extension) for extension in business.extends]
        statements = [(own, term) for term in business.terms]
        for installed in business.plays:
            name = installed.play.name
            if self._plays.get(name) is not installed.play:
                message = f"{business.path} installs the play {name}, which is not registered"
                self._error("play_unknown", message, business=business.path)
            for part in installed.parts():
                if isinstance(part, Extension):
                    extensions.append((part.source, part))
                else:
                    statements.append((f"play {name}", part))
        return extensions, statements

    def _resolve_terms(self, business: Business, statements: list[tuple[str, Term]]) -> Terms:
        """Lay statements over the parent's terms: plays first, the manifest's own last."""
        path = business.path
        own = f"business {path}"
        resolved = dict(self._terms[business.parent])
        said: dict[tuple[type[Term], str], str] = {}
        whole: set[type[Term]] = set()
        for source, term in sorted(statements, key=lambda statement: statement[0] == own):
            kind = type(term)
            if kind not in resolved:
                message = f"{source} states {kind.__qualname__}, a term that no center registered"
                self._error("term_unknown", message, business=path)
                continue
            if source == own and kind in whole:
                self._error("term_twice", f"{source} states {term_name(kind)} twice", business=path)
            whole |= {kind} if source == own else set()
            for name in stated(term):
                other = said.setdefault((kind, name), source)
                if source not in (other, own):
                    message = f"{other} and {source} both state {term_name(kind)}.{name} in {path}"
                    self._error("term_twice", message, business=path)
            resolved[kind] = msgspec.structs.replace(resolved[kind], **stated(term))
        for kind in {kind for kind, _ in said}:
            for fault in resolved[kind].wrong():
                self._error("term_wrong", f"{path}: {term_name(kind)}.{fault}", business=path)
        return resolved

    def add_level(self, path: str, extensions: list[tuple[str, Extension]]) -> None:
        """Add what one level installs: check each implementation, then each chain it changes."""
        added: dict[str, list[Link]] = {}
        for source, extension in extensions:
            label = source if path else f"center {source}"
            link = Link(_from(extension, label), path)
            if self._fits(link):
                added.setdefault(extension.point.name, []).append(link)
        for name, links in added.items():
            self._own[name, path] = links
            self._chain(self._points[name], path)
        parent = self._hashes[path.rpartition(".")[0]] if path else ""
        manifest = self._manifests.get(path)
        self._hashes[path] = digest(
            parent, manifest_facts(manifest) if manifest else {}, self._terms[path], _identity(added)
        )

    def _fits(self, link: Link) -> bool:
        extension, business = link.extension, link.level
        point, where = extension.point, _where(link)
        declared = self._points.get(point.name)
        if declared is None:
            message = f"{where} answers {point.name}, which no center declares"
            self._error("point_unknown", message, business=business, point=point.name)
            return False
        if declared is not point:
            message = (
                f"{where} answers a second point named {point.name}, not the one that {point.owner} declares"
            )
            self._error("point_unknown", message, business=business, point=point.name)
            return False
        if extension.version != point.version:
            message = (
                f"{where} is written for version {extension.version} of {point.name},"
                f" which is at version {point.version}"
            )
            self._error("version_mismatch", message, business=business, point=point.name)
        if extension.name == DEFAULT:
            message = f"{where} takes the name {DEFAULT}, which is the one of {point.name}'s own default"
            self._error("name_taken", message, business=business, point=point.name)
        faults = misfits(point, extension.fn)
        for fault in faults:
            message = f"{where} does not fit {point.name}: it {fault}"
            self._error("signature", message, business=business, point=point.name)
        return not faults

    def _chain(self, point: ExtensionPoint[Any], path: str) -> None:
        """Order the chain of one point at a level that adds to it."""
        own = self._own[point.name, path]
        if self._ambiguous(point, own):
            return
        names = {link.name for link in own}
        links: list[Link] = []
        for level in levels(path)[:-1]:
            links = [*_kept(point, links, self._own.get((point.name, level), []))]
        links = [*(link for link in links if point.mode is Mode.VETO or link.name not in names), *own]
        if point.mode is Mode.ONE:
            self._chains[point.name, path] = (own[0],)
            return
        try:
            chain = sort_links(point.mode, links)
        except OrderCycle as cycle:
            sides = ", ".join(_where(link) for link in cycle.links)
            message = f"{point.name} in {path or 'the platform'}: these stand before each other: {sides}"
            self._error("order_cycle", message, business=path, point=point.name)
            return
        self._chains[point.name, path] = chain
        self._check_order(point, path, chain)

    def _ambiguous(self, point: ExtensionPoint[Any], own: list[Link]) -> bool:
        """Report implementations of one level of which nobody can say who answers."""
        by_name: dict[str, Link] = {}
        clashes: list[tuple[Link, Link, str]] = []
        for link in own:
            other = by_name.setdefault(link.name, link)
            if other is not link:
                clashes.append((other, link, f"are both named {link.name}"))
        if point.mode is Mode.ONE and not clashes:
            clashes += [(own[0], link, "both want to be its one answer") for link in own[1:]]
        for one, other, why in clashes:
            message = f"{point.name} is ambiguous: {_where(one)} and {_where(other)} {why}"
            self._error("ambiguous", message, business=one.level, point=point.name)
        return bool(clashes)

    def _check_order(self, point: ExtensionPoint[Any], path: str, chain: tuple[Link, ...]) -> None:
        if point.mode is Mode.PIPELINE:
            for one, other in unordered_pairs(chain):
                if one.level == path:
                    message = (
                        f"{point.name}: nothing says whether {_where(one)} or {_where(other)} comes first"
                    )
                    self._error("order_missing", message, business=path, point=point.name)
        if point.mode is Mode.FIRST:
            for total, never in unreachable(chain):
                if path in (total.level, never.level):
                    message = f"{point.name}: {_where(never)} is never asked, {_where(total)} always answers before it"
                    self._error("unreachable", message, business=path, point=point.name)

    def plan(self, *, generation: int, code_hash: str, meter: Meter, breakers: Breakers) -> Plan:
        """Return what was collected, read-only."""
        del self._effective[""]
        return Plan(
            generation=generation,
            hash=digest(
                {path: self._hashes[path] for path in ["", *self._manifests]},
                [point_identity(point) for _, point in sorted(self._points.items())],
            ),
            code_hash=code_hash,
            points=frozen(self._points),
            terms=frozen(self._terms),
            manifests=frozen(self._manifests),
            businesses=frozen(self._effective),
            hashes=frozen(self._hashes),
            hosts=frozen(self._hosts),
            chains=frozen(self._chains),
            meter=meter,
            breakers=breakers,
        )


def _kept(point: ExtensionPoint[Any], above: list[Link], own: list[Link]) -> Iterator[Link]:
    names = {link.name for link in own}
    yield from (link for link in above if point.mode is Mode.VETO or link.name not in names)
    yield from own


def _from(extension: Extension, source: str) -> Extension:
    return extension if extension.source == source else replace(extension, source=source)


def _where(link: Link) -> str:
    source = link.extension.source
    inside = f" in {link.level}" if source.startswith("play ") else ""
    return f"{link.name} (of {source}{inside})"


def _called(business: Business) -> str:
    return f"“{business.text('en')}”" if business.title else "one without a title"


def manifest_facts(business: Business) -> dict[str, object]:
    """Return the plain fields of a manifest, and its plays with their parameters."""
    plain = {field.name: getattr(business, field.name) for field in fields(business)}
    plain["plays"] = [(installed.play.name, installed.params) for installed in business.plays]
    return {name: value for name, value in plain.items() if name not in ("extends", "terms")}


def manifest_identity(business: Business) -> tuple[object, ...]:
    """Return what a manifest says, for hashing: facts, stated terms, its functions."""
    statements = [(term_name(type(term)), stated(term)) for term in business.terms]
    extends = [
        (ext.point.name, ext.name, ext.version, ext.before, ext.after, ext.fn) for ext in business.extends
    ]
    return (manifest_facts(business), statements, extends)


def _identity(added: Mapping[str, list[Link]]) -> dict[str, object]:
    return {
        point: [
            (ext.name, ext.source, ext.version, ext.before, ext.after, ext.fn)
            for ext in (link.extension for link in links)
        ]
        for point, links in added.items()
    }


def point_identity(point: ExtensionPoint[Any]) -> tuple[object, ...]:
    """Return what of a point's declaration decides its answers, for hashing."""
    reducer = (point.reducer.name, point.reducer.identity, point.reducer.combine) if point.reducer else ()
    rules = (point.version, point.mode, point.effects, point.on_error, point.budget_ms)
    return (point.name, *rules, point.default, point.guard, reducer)
