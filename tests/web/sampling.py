"""What every sample begins with: a moment, two languages, and what stands around a page."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from hansa.kernel.money import Money
from hansa.web.parts import Choice
from hansa.web.views import Chrome

COUNTRIES = (Choice(value="CN", label="China", checked=True), Choice(value="SG", label="Singapore"))
NOW = datetime(2026, 11, 21, 8, 20, 41, tzinfo=UTC)
ORDER = "ord_0198f3c2a7b47d0e9c1f5a6e3d7f3e91"


def yuan(amount: float) -> Money:
    return Money(round(amount * 100), "CNY")


class Words:
    """Picks the English or the Chinese of a pair."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, english: str, chinese: str) -> str:
        return chinese if self.language == "zh" else english


def chrome(t: Words, **changes: object) -> Chrome:
    plain = Chrome(
        language=t.language, now=NOW, csrf="c5rf", base="/bazaar", path="/bazaar/", business=t("Bazaar", "巷集"),
        business_also=t("巷集", "Bazaar"), section="home", cart_count=3, person=t("Lin Xiao", "林晓"), sandbox=True,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)
