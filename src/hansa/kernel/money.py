"""Money is a whole number of minor units in one currency. Never a float; splits conserve the sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from hansa.kernel.problem import Problem

INT64_MAX = 2**63 - 1

# ISO 4217: currencies whose minor unit is not a hundredth. What is not listed has two digits.
_MINOR_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0,
    "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
    "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
    "CLF": 4, "UYW": 4,
}  # fmt: skip


class CurrencyMismatch(Problem):
    """Amounts of two currencies met where one was expected."""

    code = "money.currency_mismatch"
    status = 422
    title = "These amounts are in different currencies"


class AmountMalformed(Problem):
    """A text is no amount of the currency: not a number, too fine, or beyond 64 bits."""

    code = "money.amount_malformed"
    status = 422
    title = "This is not an amount of money"


def minor_digits(currency: str) -> int:
    """Return how many digits the currency has after the point (ISO 4217)."""
    return _MINOR_DIGITS.get(currency, 2)


class Money(msgspec.Struct, frozen=True, order=False, forbid_unknown_fields=True):
    """An amount: `minor` whole units of the currency's smallest coin; `currency` is an ISO 4217 code."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise CurrencyMismatch(currencies=[self.currency, other.currency])
        return other

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Split in proportion to `weights`; the parts sum to the whole (see `split_minor`)."""
        return [Money(part, self.currency) for part in split_minor(self.minor, weights)]

    def decimal(self) -> Decimal:
        """Return the amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return f"{self.decimal():.{minor_digits(self.currency)}f} {self.currency}"

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read major units such as `"12.30"`.

        Raises `AmountMalformed` when the text is no number, is finer than the currency, or too large.
        """
        try:
            scaled = Decimal(text).scaleb(minor_digits(currency))
            minor = int(scaled)
        except (InvalidOperation, ValueError, OverflowError):
            raise AmountMalformed(amount=text[:64]) from None
        if scaled != minor or abs(minor) > INT64_MAX:
            raise AmountMalformed(amount=text[:64])
        return cls(minor, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        """Add amounts of one currency; an empty sum is zero of it."""
        total = cls(0, currency)
        for amount in amounts:
            total += amount
        return total


def split_minor(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units by largest remainder; ties go to the earlier weight.

    Callers order weights by line id, so that the same lines in another order get the same shares.
    Weights must not be negative; when all are zero they count as equal. A negative total splits as its
    positive twin does, negated, so that a reversal mirrors what it reverses.
    """
    if not weights:
        if total:
            raise ValueError("cannot split a non-zero amount over no weights")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("weights must not be negative")
    if total < 0:
        return [-part for part in split_minor(-total, weights)]
    scale = sum(weights)
    if scale == 0:
        weights, scale = [1] * len(weights), len(weights)
    parts = [total * weight // scale for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % scale), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
