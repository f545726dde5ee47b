"""Typos: which known word somebody meant. Trigrams find candidates, the distance between words decides.

The trigrams are made here and kept in an ordinary table, so that typos are tolerated on any PostgreSQL, whether or
not its extension pg_trgm can be created.
"""

from __future__ import annotations

from collections.abc import Iterable

WORD_MIN = 4
CANDIDATES_MAX = 50


def trigrams(word: str) -> tuple[str, ...]:
    """Return the trigrams of a word, each once; its beginning weighs more, as typos are rarer there."""
    padded = f"  {word} "
    return tuple(dict.fromkeys(padded[at : at + 3] for at in range(len(padded) - 2)))


def correction(word: str, candidates: Iterable[str]) -> str | None:
    """Return the nearest of the candidates, the first of equals; None when none is near enough.

    One slip is forgiven in a word of four to seven letters, two in a longer one; a slip is a letter too many,
    too few, another one, or two neighbours swapped.
    """
    forgiven = 1 if len(word) < 8 else 2
    if len(word) < WORD_MIN:
        return None
    best: tuple[int, str] | None = None
    for candidate in candidates:
        slips = distance(word, candidate, slips_max=forgiven)
        if slips <= forgiven and (best is None or slips < best[0]):
            best = (slips, candidate)
    return best[1] if best else None


def distance(a: str, b: str, *, slips_max: int) -> int:
    """Return the slips between two words (optimal string alignment), or more than `slips_max`, whatever it is."""
    if abs(len(a) - len(b)) > slips_max:
        return slips_max + 1
    two_up: list[int] = []
    above = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            slips = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                slips = min(slips, two_up[j - 2] + 1)
            row.append(slips)
        two_up, above = above, row
    return above[-1]
