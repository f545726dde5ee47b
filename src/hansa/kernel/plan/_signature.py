"""Does a function fit its point: parameters, effects, and whether it always has an answer."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args

from hansa.kernel.extension import Effects, ExtensionPoint, Mode

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


def is_async(fn: Callable[..., Any]) -> bool:
    """Tell whether calling returns something to await, as far as the definition says."""
    return inspect.iscoroutinefunction(fn) or inspect.iscoroutinefunction(getattr(fn, "__call__", None))  # noqa: B004 - the method is wanted, not callability


def protocol_signature(point: ExtensionPoint[Any]) -> inspect.Signature | None:
    """Return the signature that implementations share, without `self`; None without a Protocol."""
    protocol = point.protocol
    if protocol is None:
        return None
    signature = inspect.signature(vars(protocol).get("__call__", protocol.__call__))
    return signature.replace(parameters=list(signature.parameters.values())[1:])


def spelt(signature: inspect.Signature | None) -> str:
    """Return a signature as its source spells it: postponed annotations are strings, and shown without quotes."""
    if signature is None:
        return ""
    parameters = [
        parameter.replace(annotation=_Spelt.of(parameter.annotation))
        for parameter in signature.parameters.values()
    ]
    return str(
        signature.replace(parameters=parameters, return_annotation=_Spelt.of(signature.return_annotation))
    )


class _Spelt(str):
    """An annotation that is shown as it is written."""

    __slots__ = ()

    @classmethod
    def of(cls, annotation: Any) -> Any:
        return cls(annotation) if isinstance(annotation, str) else annotation

    def __repr__(self) -> str:
        return str(self)


def point_faults(point: ExtensionPoint[Any]) -> list[str]:
    """Return what is wrong with a point's own declaration, a phrase each."""
    faults = []
    signature = protocol_signature(point)
    if signature is None:
        return ["names no Protocol: declare it as ExtensionPoint[Protocol](...)"]
    names = tuple(signature.parameters)
    if point.effects is Effects.TX and (names[:1] != ("tx",) or len(names) != 2):
        faults.append("is tx, so its Protocol must take tx and the commands, and nothing else")
    if point.effects is not Effects.TX and names[:1] != ("ctx",):
        faults.append(f"is {point.effects}, so its Protocol must begin with ctx")
    if point.mode is Mode.PIPELINE and point.effects is not Effects.TX and len(names) < 2:
        faults.append("is a pipeline without a value to hand on after ctx")
    awaited = point.effects is not Effects.PURE
    if awaited != is_async(vars(point.protocol or object).get("__call__")):  # type: ignore[arg-type]
        faults.append(
            f"is {point.effects}, so its Protocol must be {'async def' if awaited else 'a plain def'}"
        )
    if point.mode is Mode.ONE and point.default is None:
        faults.append("is ONE and has no default")
    faults.extend(_reducer_faults(point))
    if point.default is not None:
        faults.extend(f"has a default that {fault}" for fault in misfits(point, point.default))
    return faults


def _reducer_faults(point: ExtensionPoint[Any]) -> list[str]:
    reducer = point.reducer
    if point.mode is not Mode.REDUCE:
        return [] if reducer is None else [f"is {point.mode} and has the reducer {reducer.name} all the same"]
    if reducer is None:
        return ["is REDUCE and has no reducer"]
    return [
        f"has the reducer {reducer.name}, which does not declare itself {law}"
        for law in ("commutative", "associative")
        if not getattr(reducer, law)
    ]


def misfits(point: ExtensionPoint[Any], fn: Callable[..., Any]) -> list[str]:
    """Return how a function does not fit the point, a phrase each."""
    faults = []
    awaited = point.effects is not Effects.PURE
    if is_async(fn) != awaited:
        faults.append(f"is {'a plain def' if awaited else 'async'}, but the point is {point.effects}")
    signature = protocol_signature(point)
    if signature is None:
        return faults
    try:
        own = inspect.signature(fn)
    except (TypeError, ValueError):
        return [*faults, "has no signature that could be read"]
    if not _same_call(own, signature):
        faults.append(f"takes {_parameters(own)}, but the point asks with {_parameters(signature)}")
    return faults


def _same_call(own: inspect.Signature, asked: inspect.Signature) -> bool:
    """Compare names, kinds and order; more parameters are fine when they have defaults."""
    mine, theirs = list(own.parameters.values()), list(asked.parameters.values())
    kinds = inspect.Parameter
    positional = [p for p in mine if p.kind in _POSITIONAL]
    wanted = [p for p in theirs if p.kind in _POSITIONAL]
    if [p.name for p in positional[: len(wanted)]] != [p.name for p in wanted]:
        return False
    named = {p.name for p in theirs if p.kind is kinds.KEYWORD_ONLY}
    if not named <= {p.name for p in mine if p.kind is kinds.KEYWORD_ONLY}:
        return False
    extra = positional[len(wanted) :] + [
        p for p in mine if p.kind is kinds.KEYWORD_ONLY and p.name not in named
    ]
    return all(p.default is not kinds.empty for p in extra)


def _parameters(signature: inspect.Signature) -> str:
    bare = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(bare))


def always_answers(fn: Callable[..., Any]) -> bool:
    """Tell whether the declared return type leaves no room for None; unknown counts as no."""
    annotations = getattr(fn, "__annotations__", None)
    if annotations is None:
        annotations = getattr(getattr(fn, "__call__", None), "__annotations__", {})  # noqa: B004
    returned = annotations.get("return", Any)
    if isinstance(returned, str):
        return not any(word in returned for word in ("None", "Optional", "Any"))
    return returned is not Any and returned is not None and type(None) not in get_args(returned)
