"""The order in which the links of one chain are asked, and the ways in which an order can be wrong."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence

from hansa.kernel.extension import Mode
from hansa.kernel.plan._signature import always_answers
from hansa.kernel.plan._step import Link

PLATFORM_FIRST = frozenset({Mode.VETO, Mode.PIPELINE})


class OrderCycle(Exception):
    """Links that each want to stand before the next."""

    def __init__(self, links: Sequence[Link]) -> None:
        super().__init__(links)
        self.links = links


def sort_links(mode: Mode, links: Sequence[Link]) -> tuple[Link, ...]:
    """Return the links in asking order: by level as the mode says, then as listed, `before`/`after` above all.

    `links` come platform first, each level in the order of its manifest. Raises `OrderCycle`.
    """
    base = list(links) if mode in PLATFORM_FIRST else sorted(links, key=lambda link: -_depth(link))
    behind: list[set[int]] = [set() for _ in base]
    waits = [0] * len(base)
    for before, after in _constraints(base):
        if after not in behind[before]:
            behind[before].add(after)
            waits[after] += 1
    ready = [at for at, count in enumerate(waits) if not count]
    heapq.heapify(ready)
    done: list[int] = []
    while ready:
        at = heapq.heappop(ready)
        done.append(at)
        for later in behind[at]:
            waits[later] -= 1
            if not waits[later]:
                heapq.heappush(ready, later)
    if len(done) < len(base):
        raise OrderCycle([link for at, link in enumerate(base) if at not in done])
    return tuple(base[at] for at in done)


def unordered_pairs(links: Sequence[Link]) -> Iterator[tuple[Link, Link]]:
    """Return pairs of one level, from different sources, whose order nobody declares (for PIPELINE)."""
    reach = _reachable(links)
    for at, link in enumerate(links):
        for other in range(at + 1, len(links)):
            same_level = links[other].level == link.level
            strangers = links[other].extension.source != link.extension.source
            if same_level and strangers and other not in reach[at] and at not in reach[other]:
                yield link, links[other]


def unreachable(links: Sequence[Link]) -> Iterator[tuple[Link, Link]]:
    """Return (total, never asked): in FIRST nobody is asked behind one that always answers.

    A parent's answer behind a child's is no mistake, that is what overriding means; a sibling's or a
    child's is.
    """
    for at, link in enumerate(links):
        if always_answers(link.extension.fn):
            for later in links[at + 1 :]:
                if _depth(later) >= _depth(link):
                    yield link, later
            return


def _depth(link: Link) -> int:
    return len(link.level.split(".")) if link.level else 0


def _constraints(links: Sequence[Link]) -> Iterator[tuple[int, int]]:
    for at, link in enumerate(links):
        for other, neighbour in enumerate(links):
            if other == at:
                continue
            if _named(neighbour, link.extension.before):
                yield at, other
            if _named(neighbour, link.extension.after):
                yield other, at


def _named(link: Link, names: Sequence[str]) -> bool:
    """Tell whether one of the names means this link: its own name, or its source's (`flash_sale`)."""
    return bool(names) and (link.name in names or link.extension.source.partition(" ")[2] in names)


def _reachable(links: Sequence[Link]) -> list[set[int]]:
    direct: list[set[int]] = [set() for _ in links]
    for before, after in _constraints(links):
        direct[before].add(after)
    found = []
    for at in range(len(links)):
        seen: set[int] = set()
        waiting = [at]
        while waiting:
            for later in direct[waiting.pop()] - seen:
                seen.add(later)
                waiting.append(later)
        found.append(seen)
    return found
