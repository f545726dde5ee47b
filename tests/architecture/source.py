"""The source as the architecture tests read it: files, their imports, their SQL."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import pytest

import hansa

SRC = Path(hansa.__file__).parent


@dataclass(frozen=True)
class Source:
    """One Python file of the house."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(SRC).as_posix()

    @property
    def module(self) -> str:
        return "hansa." + self.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def center(self) -> str:
        """The center it belongs to, empty outside the centers."""
        parts = self.name.split("/")
        return parts[1] if parts[0] == "centers" and len(parts) > 2 else ""

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"))

    @property
    def lines(self) -> int:
        """How long it is, without imports and the list of what it offers."""
        listed = [
            node
            for node in self.tree.body
            if isinstance(node, ast.Import | ast.ImportFrom)
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__")
        ]
        return len(self.path.read_text(encoding="utf-8").splitlines()) - sum(map(_length, listed))

    def functions(self) -> Iterator[tuple[str, int]]:
        """Every function and how many lines it has; of a migration, without the text of its statements."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                statements = sum(map(_rows_of_text, node.body)) if "_migrations" in self.path.parts else 0
                yield node.name, _length(node) - statements

    def imports(self) -> Iterator[str]:
        """Every module that is imported, by its full name; `from a import b` gives `a.b`."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{self.name}: relative import"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    def texts(self) -> Iterator[tuple[int, str]]:
        """Every string that is no docstring, with its line; what is put into an f-string is left out."""
        docstrings = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                yield node.lineno, node.value


def _length(node: ast.stmt | ast.expr) -> int:
    """How many lines a part of a file has."""
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _rows_of_text(node: ast.AST) -> int:
    """How many lines of a part of a file are nothing but the rest of a text."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        return _length(node) - 1
    return sum(map(_rows_of_text, ast.iter_child_nodes(node)))


def sources(*folders: str) -> list[Source]:
    """All files of the house, or those under some of its folders."""
    roots = [SRC / folder for folder in folders] or [SRC]
    return [Source(path) for root in roots for path in sorted(root.rglob("*.py"))]


def of_each(found: Sequence[Source]) -> Callable[[Callable[[Source], None]], Callable[..., None]]:
    """Ask the same of many files: a test for each folder of the house, which names every file that fails."""
    folders = {
        folder: list(files) for folder, files in groupby(sorted(found, key=_folder_first), key=_folder)
    }

    def made(ask: Callable[[Source], None]) -> Callable[..., None]:
        @pytest.mark.parametrize("files", folders.values(), ids=folders)
        def asked(files: Sequence[Source]) -> None:
            wrong = []
            for source in files:
                try:
                    ask(source)
                except AssertionError as said:
                    wrong.append(str(said))
            if wrong:
                pytest.fail("\n".join(wrong), pytrace=False)

        asked.__name__, asked.__doc__ = ask.__name__, ask.__doc__
        return asked

    return made


def _folder(source: Source) -> str:
    """The center, or the folder beside the centers, that a file stands in."""
    parts = source.name.split("/")
    return "/".join(parts[: 2 if parts[0] == "centers" and len(parts) > 2 else 1])


def _folder_first(source: Source) -> tuple[str, str]:
    return (_folder(source), source.name)
