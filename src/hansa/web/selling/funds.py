"""What a shop earned, what is still held for it, and why."""

from __future__ import annotations

from datetime import datetime

from hansa.kernel.money import Money
from hansa.web.parts import Fact, Form, Link, Pager, Part
from hansa.web.selling.base import DeskView


class Sum(Part, frozen=True, kw_only=True):
    """An amount and what it is; `note` says more in a few words."""

    label: str
    amount: Money
    note: str = ""


class StatementRow(Part, frozen=True, kw_only=True):
    """One entry of the books: what happened, the signed amount, and what stood there after it."""

    at: datetime
    what: str
    amount: Money
    balance: Money
    about: Link | None = None


class MoneyPage(DeskView, frozen=True, kw_only=True):
    """`/{business}/sell/{shop}/money`: the shop's balances, and its statement from `from` to `to`, both days included.

    The period is part of the address; `period` is what was asked for, with what is wrong with it. Where the account
    says what the shop owes, `owes` turns the words round.
    """

    template = "selling/money.html"
    sums: tuple[Sum, ...]
    accounts: tuple[Link, ...]
    account: str
    owes: bool
    period: Form
    quick: tuple[Link, ...]
    here: str
    opening: Money
    closing: Money
    rows: tuple[StatementRow, ...]
    pager: Pager
    rates: tuple[Fact, ...] = ()
    file_url: str = ""
    """Where all of the statement is a file for a spreadsheet; nowhere when nothing happened."""
