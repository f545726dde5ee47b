"""Lines of an order in a form: each can be ticked, and of several pieces only some can be meant.

A form sends `line-{number}` for a line that is ticked and `pieces-{number}` for how many of its pieces.
"""

from __future__ import annotations

from collections.abc import Iterable

from hansa.centers.trade.types import LINE_NUMBERS_MAX, Line, LinePart
from hansa.kernel.money import Money
from hansa.web.forms import Fields
from hansa.web.parts import Fact, PieceChoice
from hansa.web.showing import amount_text, picture

_DIGITS_MAX = len(str(LINE_NUMBERS_MAX))


def piece_choices(lines: Iterable[Line], *, currency: str) -> tuple[PieceChoice, ...]:
    """Show lines that can be ticked, whole or in pieces; measured goods cannot be divided."""
    return tuple(
        PieceChoice(
            number=line.line_no,
            name=line.title,
            option=line.options,
            picture=picture(line.art),
            pieces=line.quantity,
            amount=amount_text(line.measure.amount, line.measure.unit) if line.measure else "",
            total=Money(line.payable, currency),
            said=said_of(line),
        )
        for line in lines
    )


def said_of(line: Line) -> tuple[Fact, ...]:
    """Show what the buyer said of a line, under the names that the business gave it."""
    return tuple(Fact(label=name, text=str(text)) for name, text in line.inputs.items())


def chosen_pieces(fields: Fields, lines: Iterable[Line]) -> list[int | LinePart]:
    """Return what was ticked: numbers of lines, or so many pieces of them; a number that cannot be is noted.

    What the order has no such line for comes back as it was sent, for trade to refuse.
    """
    quantities = {line.line_no: line.quantity for line in lines}
    chosen: list[int | LinePart] = []
    for number in _ticked(fields):
        name = f"pieces-{number}"
        most = quantities.get(number, 1)
        count = fields.number(name, most=most) if fields.raw(name).strip() else most
        chosen.append(number if count == most else LinePart(number, count))
    return chosen


def _ticked(fields: Fields) -> list[int]:
    numbers = [
        name.removeprefix("line-")
        for name, value in fields.values.items()
        if value and name.startswith("line-")
    ]
    return [int(no) for no in numbers if no.isascii() and no.isdigit() and len(no) <= _DIGITS_MAX]
