"""What the reference is made from: the code of the platform, wired but not running."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

import hansa
from hansa.api.app import make_router
from hansa.app import CENTERS, PLAYS
from hansa.kernel.center import Center
from hansa.kernel.clock import Clocks
from hansa.kernel.db import Database
from hansa.kernel.extension import ExtensionPoint
from hansa.kernel.metering import Meter
from hansa.kernel.plan import KERNEL_POINTS, Code, Plans
from hansa.kernel.platform import Platform
from hansa.kernel.problem import Problem, problems
from hansa.kernel.settings import Settings

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@dataclass(frozen=True)
class House:
    """The centers and what they declare. Businesses that happen to be installed here are left out."""

    centers: Sequence[Center]
    code: Code

    @classmethod
    def of_code(cls) -> House:
        """Return the house as `hansa.app` wires it."""
        return cls(CENTERS, Code.of(CENTERS, plays=PLAYS, points=KERNEL_POINTS))

    @property
    def problems(self) -> list[type[Problem]]:
        """Every problem by its code; all modules are imported first, because a class counts once it exists."""
        for module in pkgutil.walk_packages(hansa.__path__, "hansa."):
            if "_migrations" not in module.name:
                importlib.import_module(module.name)
        return [kind for kind in problems() if kind.__module__.startswith("hansa.")]

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The API's document, as a running platform serves it at `/api/openapi.json`."""
        meter = Meter()
        db = Database("postgresql://nobody@127.0.0.1/nothing")  # named, never connected to
        platform = Platform(
            settings=Settings(),
            db=db,
            clocks=Clocks(),
            plans=Plans(self.code, db, meter=meter),
            meter=meter,
            centers=self.centers,
        )
        document: dict[str, Any] = msgspec.json.decode(make_router(platform).state.document())
        return document


def declared_as(point: ExtensionPoint[Any]) -> tuple[str, str]:
    """Return the module and the name under which a point is imported."""
    module = inspect.getmodule(point.protocol)
    for name, value in _public(module):
        if value is point:
            return str(module.__name__ if module else ""), name
    raise LookupError(f"{point.name} is not declared beside its Protocol")


def signature_of(point: ExtensionPoint[Any]) -> str:
    """Return how an answer to a point is defined, with the types as its source spells them."""
    call: Any = vars(point.protocol or object)["__call__"]
    signature = inspect.signature(call)
    parameters = [
        parameter.replace(annotation=inspect.Parameter.empty).name
        + (f": {parameter.annotation}" if parameter.annotation is not parameter.empty else "")
        for parameter in list(signature.parameters.values())[1:]
    ]
    how = "async def" if inspect.iscoroutinefunction(call) else "def"
    return f"{how} answer({', '.join(parameters)}) -> {signature.return_annotation}"


def _public(module: ModuleType | None) -> Iterator[tuple[str, Any]]:
    yield from (item for item in vars(module or object).items() if not item[0].startswith("_"))
