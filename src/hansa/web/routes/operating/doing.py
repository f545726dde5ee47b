"""Forms of the desk do their work once; a refusal shows the page again, with why."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from litestar import Response

from hansa.kernel.problem import Invalid, Problem
from hansa.web.forms import Fields
from hansa.web.parts import Form
from hansa.web.routes.operating.desk import Desk
from hansa.web.routes.selling.doing import Done, once
from hansa.web.words import problem_words

_FAULT = 500

Again = Callable[[Mapping[str, Form], int], Awaitable[Response[str]]]
"""Shows the page of a form again, with its forms and a status."""


async def worked(
    at: Desk,
    fields: Fields,
    *,
    form: str,
    route: str,
    work: Callable[[], Awaitable[Done]],
    again: Again,
    called: Mapping[str, str] | None = None,
) -> Response[str]:
    """Do what a form asks, unless something is wrong with it already. Raises what is wrong on our side.

    `called` gives a field's name in the form where a center calls it otherwise.
    """
    if fields.errors:
        return await again({form: fields.form()}, 422)
    try:
        return await once(at.seen, fields, route=f"/operate/{route}", work=work)
    except Problem as refused:
        if refused.status >= _FAULT:
            raise
        if isinstance(refused, Invalid):
            fields.blame_all(refused, called=called)
        problem = "" if fields.errors else problem_words(refused, at.seen.gettext)
        return await again({form: fields.form(problem=problem)}, refused.status)
