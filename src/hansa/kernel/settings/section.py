from __future__ import annotations

import functools
import typing
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar, dataclass_transform

import msgspec

from hansa.kernel.settings.values import Secret, bare, type_in_words

PREFIX = "HANSA_"


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class _SectionType(msgspec.StructMeta):
    """Lets a section say its name where it is declared: `class Smtp(Section, name="smtp")`."""

    group: str

    def __new__(
        mcs,
        classname: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        /,
        *,
        name: str = "",
        **config: Any,
    ) -> Any:
        made = super().__new__(mcs, classname, bases, namespace, frozen=True, kw_only=True, **config)
        made.group = name
        return made

    def __init__(
        self, classname: str, bases: tuple[type, ...], namespace: dict[str, Any], /, **_config: Any
    ) -> None:
        super().__init__(classname, bases, namespace)


class Section(msgspec.Struct, metaclass=_SectionType):
    """A named group of settings that a center asks of whoever runs the platform.

    Every field has a default and a description, `Annotated[str, msgspec.Meta(description="...")]`; limits
    (`ge`, `le`, `min_length`, `pattern`) stand in the same `Meta`. Field `host` of the section `smtp` is
    `HANSA_SMTP_HOST` in the environment and `host` under `[smtp]` in the file.
    """

    group: ClassVar[str] = ""

    def wrong(self) -> Sequence[str]:
        """Return a sentence for each combination of values that cannot be right."""
        return ()


class Setting(msgspec.Struct, frozen=True):
    """One setting, as the reference describes it."""

    group: str
    name: str
    variable: str
    """Its name in the environment."""
    kind: str
    """What its value is, in words."""
    default: str
    description: str
    secret: bool


@functools.cache
def types_of(section: type[Section]) -> dict[str, Any]:
    """Return the types of a section's settings by name, `Annotated` included; private fields are no settings."""
    hints = typing.get_type_hints(section, include_extras=True)
    return {name: hints[name] for name in section.__struct_fields__ if not name.startswith("_")}


def variable(section: type[Section], field: str) -> str:
    """Return the name of a setting in the environment."""
    return PREFIX + "_".join(part.upper() for part in (section.group, field) if part)


def describe(*sections: type[Section]) -> list[Setting]:
    """Describe every setting of these sections, in their order: the source of the generated reference.

    Raises `TypeError` naming a field that has no description.
    """
    return [
        Setting(
            group=section.group,
            name=field.name,
            variable=variable(section, field.name),
            kind=type_in_words(bare(types_of(section)[field.name])[0]),
            default=_shown(
                field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
            ),
            description=_description(section, field.name),
            secret=bare(types_of(section)[field.name])[0] is Secret,
        )
        for section in sections
        for field in msgspec.structs.fields(section)
        if field.name in types_of(section)
    ]


def _description(section: type[Section], field: str) -> str:
    kind = types_of(section)[field]
    if typing.get_origin(kind) is Annotated:
        for part in kind.__metadata__:
            if isinstance(part, msgspec.Meta) and part.description:
                return part.description
    raise TypeError(f"{section.__name__}.{field} is a setting without a description")


def _shown(default: Any) -> str:
    if default is None or default is msgspec.NODEFAULT or default == ():
        return ""
    if isinstance(default, timedelta):
        return _duration(default)
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ",".join(str(part) for part in default)
    return str(default)


def _duration(span: timedelta) -> str:
    """Write a duration as it may be stated, in the largest unit that keeps it whole: 30d, 15m, 500ms."""
    for unit, one in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1))):
        if span and not span % one:
            return f"{span // one}{unit}"
    return (
        f"{span // timedelta(milliseconds=1)}ms" if span.microseconds else f"{span // timedelta(seconds=1)}s"
    )
