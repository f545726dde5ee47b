"""What the platform thinks of a text by itself, and how several judgements become one."""

from __future__ import annotations

import re
import unicodedata

from hansa.centers.review.types import Draft, EntryState, Ruling, Verdict

HOLD_AT = 50
"""Signals that weigh this much together bring a moderator in."""

_STRICTNESS = {Ruling.PUBLISH: 0, Ruling.HOLD: 1, Ruling.REFUSE: 2}

_LINK = re.compile(
    r"https?:|www\.|://|(?<![\w.])[\w-]+\.(?:com|net|org|cn|io|shop|top|xyz|ru|me|cc|info|biz|link|vip)(?![\w])",
    re.ASCII,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
_CONTACT = re.compile(
    r"(?:微信|薇信|威信|加微|\bv信|\bvx\b|wechat|whatsapp|telegram|\bqq\b|扣扣)", re.IGNORECASE
)
_DIGITS = re.compile(r"\d(?:[\s\-.]?\d){6,}")
_SHOUTING = re.compile(r"(.)\1{9,}", re.DOTALL)


def by_the_default_rules(draft: Draft) -> Verdict:
    """Publish, or hold for reasons; the platform refuses nothing on its own."""
    reasons = list(_reasons_of_text(draft.body))
    if sum(signal.weight for signal in draft.signals) >= HOLD_AT:
        reasons.append("signals")
    return Verdict(Ruling.HOLD if reasons else Ruling.PUBLISH, tuple(sorted(set(reasons))))


def _reasons_of_text(body: str) -> list[str]:
    # Full-width letters and digits are a way round plain patterns.
    plain = unicodedata.normalize("NFKC", body).casefold()
    found = {
        "link": _LINK.search(plain),
        "mail": _MAIL.search(plain),
        "contact": _CONTACT.search(plain),
        "number": _DIGITS.search(plain),
        "shouting": _SHOUTING.search(plain),
    }
    return [reason for reason, match in found.items() if match]


def stricter(a: Verdict, b: Verdict) -> Verdict:
    """Return the stricter of two verdicts; of two alike, one with the reasons of both."""
    if a.ruling is b.ruling:
        return Verdict(a.ruling, tuple(sorted({*a.reasons, *b.reasons})))
    return max(a, b, key=lambda verdict: _STRICTNESS[verdict.ruling])


TRANSITIONS: dict[EntryState, frozenset[EntryState]] = {
    EntryState.HELD: frozenset({EntryState.PUBLISHED, EntryState.REFUSED}),
    EntryState.PUBLISHED: frozenset({EntryState.REFUSED}),
    EntryState.REFUSED: frozenset({EntryState.PUBLISHED}),
}
"""Where a moderator can bring something; the table's CHECK says the same."""
