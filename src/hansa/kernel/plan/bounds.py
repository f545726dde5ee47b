"""What a manifest may say where the platform lays down what there is: its own names and hosts, its languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import msgspec
from babel.numbers import is_currency

from hansa.kernel.business import Business, Texts

_TITLE_LENGTH_MAX = 200  # it stands in the head of every page
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What manifests have to fit; where nothing is named, anything is taken."""

    reserved: frozenset[str] = frozenset()
    """First words of the addresses that the platform serves itself: no business can be reached by them."""
    hosts: frozenset[str] = frozenset()
    """Hosts that lead to the platform itself, in lower case, as the settings have it."""
    spoken: frozenset[str] = frozenset()
    """The languages the platform has words in, as main tags (`en`, `zh`)."""

    looks: Mapping[str, tuple[str, ...]] = {}
    """What a look may say: its fields, and the values of each."""
    entities: frozenset[str] = frozenset()
    """Legal entities that keep books here besides those of packaged businesses."""

    def of_code(self) -> list[object]:
        """Return what the code alone decides, for hashing: settings differ between processes of one code."""
        return [sorted(self.reserved), sorted(self.spoken), self.looks]

    def faults(self, business: Business) -> Iterator[str]:
        """Say what is wrong with the plain fields of an effective manifest."""
        if not is_currency(business.currency):
            yield f"{business.currency!r} is no ISO 4217 currency code"
        for language in business.languages:
            if self.spoken and language.partition("-")[0] not in self.spoken:
                yield f"the platform does not speak {language!r}; it speaks {', '.join(sorted(self.spoken))}"
        yield from self._look_faults(business.look)
        yield from _title_faults(business.title)
        for host in business.hosts:
            if not _HOST.fullmatch(host):
                yield f"{host!r} is no host name in lower case"
        for name in business.quotas.__struct_fields__:
            value = getattr(business.quotas, name)
            if value is None or value <= 0:
                yield f"the quota {name} must be above zero, not {value}"

    def _look_faults(self, look: Mapping[str, object]) -> Iterator[str]:
        for name, value in look.items() if self.looks else ():
            if name not in self.looks:
                yield f"look.{name}: a look has no such field; there are: {', '.join(self.looks)}"
            elif value not in self.looks[name]:
                yield f"look.{name} is {value!r}; there are: {', '.join(self.looks[name])}"


def _title_faults(title: Texts | str) -> Iterator[str]:
    for language, text in ({"": title} if isinstance(title, str) else title).items():
        if not text.strip():
            yield f"the title is empty{f' in {language}' if language else ''}"
        if len(text) > _TITLE_LENGTH_MAX or len(text.splitlines()) > 1:
            yield f"a title is one line of at most {_TITLE_LENGTH_MAX} characters"
