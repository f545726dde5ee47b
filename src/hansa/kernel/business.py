"""Businesses: thin fronts, each one manifest. Plays: reusable pieces that any business installs.

    TEA = Business(
        "flagship.tea",
        title={"en": "The Tea Club"},
        terms=[Deadlines(pay=minutes(15))],
        plays=[flash_sale(per_user=2)],
        extends=[SOURCING.by(own_store_first)],
    )

A path inherits from its parent: what a manifest leaves empty, it takes from the next level up. A manifest
is plain data plus names of functions; centers never see it, they ask their points and read their terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from typing import Any, Generic, ParamSpec, TypeVar

import msgspec

from hansa.kernel.context import Traffic
from hansa.kernel.extension import Extension
from hansa.kernel.i18n import match
from hansa.kernel.term import Term

Q = ParamSpec("Q")
P = TypeVar("P", bound=msgspec.Struct)

Texts = Mapping[str, str]
"""A text by language code (`en`, `zh-Hans`)."""

PATH_PATTERN = r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*"
PATH_LENGTH_MAX = 100


class Quota(msgspec.Struct, frozen=True, kw_only=True):
    """What a business may use; None takes the parent's figure, and in the end the platform's.

    Rates are per second over all processes; `weight` is its share of a busy lane beside the others.
    """

    orders_per_second: float | None = None
    requests_per_second: float | None = None
    actor_requests_per_second: float | None = None
    """For each single actor of the business."""
    concurrency: int | None = None
    """Requests under way at once, per process."""
    weight: float | None = None


PLATFORM_QUOTA = Quota(
    orders_per_second=5_000,
    requests_per_second=20_000,
    actor_requests_per_second=50,
    concurrency=1_000,
    weight=1,
)


@dataclass(frozen=True, slots=True)
class Play(Generic[Q, P]):
    """A reusable piece of business: a name, typed parameters, and what they mean as extensions and terms.

    `flash_sale = Play("flash_sale", FlashSale, install)`; a business installs `flash_sale(per_user=2)`.
    `install` is called when the plan is compiled, once per business, and must depend on nothing but its
    parameters.
    """

    name: str
    params: Callable[Q, P]
    """The parameters' msgspec struct; it also checks what a published configuration says."""
    install: Callable[[P], Iterable[Extension | Term]]

    def __call__(self, *args: Q.args, **kwargs: Q.kwargs) -> InstalledPlay:
        """Install with these parameters."""
        return InstalledPlay(self, self.params(*args, **kwargs))


@dataclass(frozen=True, slots=True)
class InstalledPlay:
    """A play with its parameters, as a manifest names it."""

    play: Play[Any, Any]
    params: msgspec.Struct

    def parts(self) -> list[Extension | Term]:
        """Return what the play adds to the business, extensions named after the play."""
        parts = self.play.install(self.params)
        return [part.of_play(self.play.name) if isinstance(part, Extension) else part for part in parts]


@dataclass(frozen=True, slots=True)
class Business:
    """The manifest of a business. Empty fields are inherited along the path, texts and look key by key.

    `path` is its identity; the part before the last dot is its parent. `entity` is the legal entity that
    keeps its books. `traffic` is what its visitors are unless an API key says otherwise.
    """

    path: str
    _: KW_ONLY
    title: Texts | str = field(default_factory=dict)
    texts: Mapping[str, Texts] = field(default_factory=dict)
    currency: str = ""
    languages: Sequence[str] = ()
    entity: str = ""
    traffic: Traffic | None = None
    hosts: Sequence[str] = ()
    look: Mapping[str, Any] = field(default_factory=dict)
    terms: Sequence[Term] = ()
    plays: Sequence[InstalledPlay] = ()
    extends: Sequence[Extension] = ()
    quotas: Quota = field(default_factory=Quota)

    @property
    def parent(self) -> str:
        """The path it inherits from; empty for the platform."""
        return parent_of(self.path)

    def text(self, language: str, key: str = "title") -> str:
        """Return a text in a language or its closest relative, else in the first it has, else an empty one."""
        texts = self.title if key == "title" else self.texts.get(key, {})
        if isinstance(texts, str):
            return texts
        found = match(language, list(texts))
        return texts[found] if found else next(iter(texts.values()), "")

    def inherit(self, parent: Business) -> Business:
        """Return the effective manifest: what this one leaves empty is the parent's.

        Title and hosts are never inherited: they tell businesses apart.
        """
        return Business(
            self.path,
            title=self.title or {parent_language(self, parent): self.path},
            texts={**parent.texts, **self.texts},
            currency=self.currency or parent.currency,
            languages=self.languages or parent.languages,
            entity=self.entity or parent.entity,
            traffic=self.traffic or parent.traffic,
            hosts=self.hosts,
            look={**parent.look, **self.look},
            terms=self.terms,
            plays=self.plays,
            extends=self.extends,
            quotas=_over(self.quotas, parent.quotas),
        )


PLATFORM = Business(
    "",
    title="Platform",
    currency="EUR",
    languages=("en",),
    entity="platform",
    traffic=Traffic.LIVE,
    quotas=PLATFORM_QUOTA,
)
"""The root of every path, with the platform's own answers to what a manifest leaves empty."""


def parent_of(path: str) -> str:
    """Return the path one level up; the platform's is empty."""
    return path.rpartition(".")[0]


def levels(path: str) -> list[str]:
    """Return a path's levels from the platform down: `a.b` gives `["", "a", "a.b"]`."""
    parts = path.split(".") if path else []
    return ["", *(".".join(parts[: n + 1]) for n in range(len(parts)))]


def parent_language(business: Business, parent: Business) -> str:
    """Return the first language of a business, its own or inherited."""
    return next(iter(business.languages or parent.languages), "en")


def _over(own: Quota, parent: Quota) -> Quota:
    stated = {name: value for name in own.__struct_fields__ if (value := getattr(own, name)) is not None}
    return msgspec.structs.replace(parent, **stated)
