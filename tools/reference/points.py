"""points.md: every question that a business or a play may answer."""

from __future__ import annotations

from typing import Any

from hansa.kernel.extension import ExtensionPoint, Mode
from hansa.kernel.plan.reading import function_name
from tools.reference import markdown as md
from tools.reference.house import House, declared_as, signature_of

_MODES = {
    Mode.ONE: "the nearest answer alone",
    Mode.FIRST: "the nearest answer that is not None",
    Mode.ALL: "everybody's answers, one after the other",
    Mode.REDUCE: "everybody's answers, combined into one",
    Mode.VETO: "anybody may refuse; the platform is asked first",
    Mode.PIPELINE: "each is handed what the one before returned; the platform begins",
}


def page(house: House) -> str:
    """Return the catalogue of extension points, by the center that asks."""
    owners = ["kernel", *(center.name for center in house.centers)]
    by_owner = {owner: [p for p in house.code.points if p.owner == owner] for owner in owners}
    summary = md.table(
        ["point", "mode", "effects", "asks"],
        [
            [f"[`{p.name}`](#{_anchor(p.name)})", p.mode, p.effects, md.docstring(p.doc).split("\n\n")[0]]
            for of_owner in by_owner.values()
            for p in sorted(of_owner, key=lambda p: p.name)
        ],
    )
    parts = [
        part
        for owner, of_owner in by_owner.items()
        if of_owner
        for part in (f"## {owner}", *(_point(house, p) for p in sorted(of_owner, key=lambda p: p.name)))
    ]
    return md.page("Extension points", _INTRODUCTION, summary, *parts)


_INTRODUCTION = """\
The questions that centers ask and businesses or plays answer. How to answer one:
[write an extension](../howto/write-an-extension.md). `hansa points` prints the same, with who answers here.

*Effects*: `pure` is a plain function; `tx` reads and writes its own rows in the caller's transaction; `io` may
talk to the outside world. *On error*: `closed` refuses what was asked for, `open` goes on without the answer,
`parent` takes the answer of the next level up. A *guard* sees every answer last and cannot be overridden."""


def _point(house: House, point: ExtensionPoint[Any]) -> str:
    module, name = declared_as(point)
    facts = [
        ("import", f"`from {module} import {name}`"),
        ("version", str(point.version)),
        ("mode", f"`{point.mode}`: {_MODES[point.mode]}"),
        ("effects", f"`{point.effects}`"),
        ("budget", f"{point.budget_ms:g} ms"),
        ("on error", f"`{point.on_error}`"),
        ("default", _function(point.default) or "none: nobody needs to answer"),
    ]
    if point.guard is not None:
        facts.append(("guard", _function(point.guard)))
    if point.reducer is not None:
        facts.append(("reducer", f"`{point.reducer.name}`"))
    answered = [
        f"`{answer.name}` of {center}"
        for center, answers in house.code.answers.items()
        for answer in answers
        if answer.point is point
    ]
    if answered:
        facts.append(("answered for all by", ", ".join(answered)))
    return "\n\n".join(
        [
            f"### {point.name}",
            md.docstring(point.doc),
            md.code("python", signature_of(point)),
            md.table(["", ""], facts),
        ]
    )


def _function(fn: Any) -> str:
    found = function_name(fn)
    return f"`{found}`" if found else ""


def _anchor(name: str) -> str:
    return name.replace(".", "")
