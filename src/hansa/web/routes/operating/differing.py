"""How two texts differ, word by word; in Chinese, letter by letter. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from hansa.web.operating import Piece

_TOKEN = re.compile(r"[\u3400-\u9fff]|\s+|[^\s\u3400-\u9fff]+")
_TOKENS_MAX = 1_200
"""Longer texts are shown whole: comparing costs the square of it."""


def compared(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Return both texts in pieces: what was taken away of the first, what is new in the second."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if not old or not new or max(len(old), len(new)) > _TOKENS_MAX:
        return _whole(before, "gone"), _whole(after, "new")
    gone: list[Piece] = []
    come: list[Piece] = []
    for how, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if how == "equal":
            gone.append(Piece(text="".join(old[a:b])))
            come.append(Piece(text="".join(new[c:d])))
            continue
        gone += _whole("".join(old[a:b]), "gone")
        come += _whole("".join(new[c:d]), "new")
    return tuple(gone), tuple(come)


def _whole(text: str, how: str) -> tuple[Piece, ...]:
    return (Piece(text=text, how="gone" if how == "gone" else "new"),) if text else ()
