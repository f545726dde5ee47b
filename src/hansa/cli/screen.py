"""What commands print: for people on a terminal, plain lines elsewhere, JSON where a script asks for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_PIPE_COLUMNS = 200  # where nobody sees a width, lines are for programs that read lines


def _console(*, stderr: bool) -> Console:
    seen = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=None if seen else _PIPE_COLUMNS)


out = _console(stderr=False)
err = _console(stderr=True)


Tell = Callable[[str], None]
"""Says what is being done now; the next call ends the step before."""


def print_json(value: Any) -> None:
    """Print one JSON document, indented, and nothing else."""
    raw = msgspec.json.format(msgspec.json.encode(value, enc_hook=str), indent=2)
    sys.stdout.write(raw.decode() + "\n")


def print_failure(sentences: Sequence[str]) -> None:
    """Print why a command failed, on standard error: the first sentence leads, the others belong to it."""
    for position, sentence in enumerate(sentences):
        err.print(Text("hansa: " if position == 0 else "       ", style="bold red"), Text(sentence), sep="")


def table(*columns: str) -> Table:
    """Return an empty table in the house's look: no frame, headings in bold."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


@contextmanager
def progress(title: str, *, quiet: bool = False) -> Iterator[Tell]:
    """Show that work goes on: a spinner with the present step on a terminal, a line per step elsewhere."""
    if quiet:
        yield lambda _step: None
    elif err.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=err, transient=True) as bar:
            task = bar.add_task(title)
            yield lambda step: bar.update(task, description=f"{title}: {step}")
    else:
        err.print(title)
        yield lambda step: err.print(f"  {step}")
