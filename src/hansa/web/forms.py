"""Reading forms: every field from a stranger, all errors at once, nothing typed is lost."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import parse_qsl

from hansa.kernel.problem import Invalid, Malformed
from hansa.web.parts import Form
from hansa.web.visit import Visit
from hansa.web.words import field_words

TOKEN = "_csrf_token"  # noqa: S105 - the name of a field
_FIELDS_MAX = 1_200
_SECRET = frozenset(
    {
        TOKEN, "password", "current_password", "credential", "card", "expiry", "security_code", "quote", "attempt",
        "next", "token",
    }
)  # fmt: skip
_QUANTITY_DIGITS_MAX = 9


class Fields:
    """The fields of one sent form, and what is wrong with them so far."""

    def __init__(self, seen: Visit, values: Mapping[str, str]) -> None:
        self._words = seen.gettext
        self.values = values
        self.errors: dict[str, str] = {}

    def raw(self, name: str) -> str:
        """Return a field as it was sent, empty when it was not."""
        return self.values.get(name, "")

    def text(self, name: str, *, letters_max: int = 200, required: bool = True) -> str:
        """Return a line of text without spaces around it; one that cannot be right is noted."""
        text = self.raw(name).strip()
        if any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in text):
            self.blame(name, "characters")
        elif len(text) > letters_max:
            self.blame(name, "too_long")
        elif required and not text:
            self.blame(name, "required")
        return text

    def number(self, name: str, *, most: int) -> int:
        """Return a whole number from 1 to `most`; another text is noted, and read as 1."""
        text = self.raw(name).strip()
        if (
            not (text.isascii() and text.isdigit())
            or len(text) > _QUANTITY_DIGITS_MAX
            or not 1 <= int(text) <= most
        ):
            self.blame(name, "quantity")
            return 1
        return int(text)

    def blame(self, name: str, code: str) -> None:
        """Note what is wrong with a field."""
        self.errors.setdefault(name, field_words(name, code, self._words))

    def blame_all(self, refused: Invalid, *, called: Mapping[str, str] | None = None) -> None:
        """Note what a center found wrong; `called` gives a field's name in the form where it differs."""
        for error in refused.errors:
            self.blame((called or {}).get(error.field, error.field), error.code)

    def form(self, *, problem: str = "") -> Form:
        """Return the form as it is shown again: what was typed, but no secrets."""
        typed = {
            name: value for name, value in self.values.items() if name.rstrip("_123456789") not in _SECRET
        }
        return Form(values=typed, errors=dict(self.errors), problem=problem)


async def read_form(seen: Visit) -> Fields:
    """Read a sent form. Raises `Malformed`, `FormForged`."""
    try:
        text = (await seen.request.body()).decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise Malformed("The form cannot be read") from None
    values = dict(pairs)
    seen.check_form(values.get(TOKEN, ""))
    return Fields(seen, values)
