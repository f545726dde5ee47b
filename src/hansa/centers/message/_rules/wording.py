"""What the words that a business publishes may be made of.

Centers' own templates are code and reviewed as such. Published ones come from a form: they may fill in
what the center tells, choose by it, go through a list once, and nothing that takes long or reaches further.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from jinja2 import Environment, TemplateError, meta, nodes

from hansa.centers.message._rules.rendering import KNOWN
from hansa.centers.message.types import Template
from hansa.kernel.problem import FieldError
from hansa.kernel.texts import plain_errors

SUBJECT_MAX = 200
TEXT_MAX = 10_000
HTML_MAX = 50_000
FILTERS = frozenset(
    {
        "capitalize",
        "default",
        "e",
        "escape",
        "first",
        "join",
        "last",
        "length",
        "lower",
        "money",
        "round",
        "title",
        "trim",
        "upper",
    }
)
_TESTS = frozenset({"defined", "none"})
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.CondExpr,
)
_LANGUAGE = Environment(autoescape=True)  # parses alone, so of a filter only the name matters
_LANGUAGE.filters["money"] = str


def template_errors(template: Template, *, parameters: Collection[str]) -> list[FieldError]:
    """Say what is wrong with words to be published, in every part; `parameters` is what the center tells."""
    parts = (
        ("subject", template.subject, SUBJECT_MAX),
        ("text", template.text, TEXT_MAX),
        ("html", template.html, HTML_MAX),
    )
    errors = []
    for field, source, length_max in parts:
        if source is None:
            continue
        found = plain_errors(field, source, length_max=length_max)
        errors += found or [
            FieldError(field, "template", said) for said in _source_errors(source, parameters)
        ]
    return errors


def _source_errors(source: str, parameters: Collection[str]) -> Iterator[str]:
    try:
        tree = _LANGUAGE.parse(source)
        asked = meta.find_undeclared_variables(tree)
        unusual = [said for node in _all(tree) if (said := _unusual(node))]
    except TemplateError as error:
        yield f"This is no template: {error}"[:200]
        return
    except RecursionError:
        yield "This is nested too deep"
        return
    yield from dict.fromkeys(unusual)
    if unknown := sorted(asked - set(parameters) - KNOWN):
        known = ", ".join(sorted({*parameters, *KNOWN}))
        yield f"Nobody says {', '.join(unknown)[:100]} here; there are {known}"


def _all(tree: nodes.Node) -> Iterator[nodes.Node]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def _unusual(node: nodes.Node) -> str | None:
    """Return what is not allowed about a node; None when it is."""
    kind = type(node).__name__.lower()
    if not isinstance(node, _ALLOWED):
        return f"A published template has no {kind}"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"A published template has no filter {node.name[:40]}"
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        return f"A published template has no test {node.name[:40]}"
    if isinstance(node, nodes.For):
        if node.recursive or any(True for body in node.body for _ in _loops(body)):
            return "A list is gone through once, not within another"
        if not isinstance(node.iter, nodes.Name | nodes.Getattr):
            return "A list is gone through as the center tells it"
    return None


def _loops(node: nodes.Node) -> Iterator[nodes.Node]:
    return (one for one in _all(node) if isinstance(one, nodes.For))
