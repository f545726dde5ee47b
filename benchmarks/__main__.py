from __future__ import annotations

import argparse
import asyncio
import importlib
import sys
from pathlib import Path

import msgspec
from rich.console import Console

from benchmarks import report, thin_order
from benchmarks.contender import ServerFailed


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; return 1 when a side failed, lost or invented something, else 0.

    A goal that is not met is shown and is no failure: figures depend on the machine.
    """
    asked = _parser().parse_args(arguments)
    console = Console()
    results: dict[str, object] = {}
    sound = True
    if asked.what in {"plan_call", "all"}:
        found = importlib.import_module("benchmarks.plan_call").run(short=asked.short)
        results["plan_call"] = found
        report.show_mapping(console, "A call through the plan", found)
    if asked.what in {"thin_order", "all"}:
        try:
            result = _thin_order(asked, console)
        except ServerFailed as failure:
            console.print(str(failure), style="bold red", markup=False)
            return 1
        results["thin_order"] = result.summary()
        report.show_thin_order(console, result)
        sound = result.sound
    if asked.json:
        asked.json.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=2))
    return 0 if sound else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios within one run.")
    parser.add_argument("what", nargs="?", choices=("plan_call", "thin_order", "all"), default="all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all figures to a file")
    parser.add_argument("--short", action="store_true", help="a minute in all; the figures are only a hint")
    parser.add_argument(
        "--only", choices=tuple(thin_order.SIDES), help="thin_order: one side alone, no ratio"
    )
    for name, what in (
        ("rounds", "turns of each side"),
        ("processes", "server processes of each side"),
        ("connections", "buyers at a time"),
        ("crowd", "buyers at a time in a crowd"),
    ):
        parser.add_argument(f"--{name}", type=int, metavar="N", help=f"thin_order: {what}")
    return parser


def _thin_order(asked: argparse.Namespace, console: Console) -> thin_order.Result:
    plan = thin_order.Plan.short() if asked.short else thin_order.Plan()
    chosen = {
        name: value
        for name in ("rounds", "processes", "connections", "crowd")
        if (value := getattr(asked, name))
    }
    plan = msgspec.structs.replace(plan, **chosen)
    sides = (asked.only,) if asked.only else tuple(thin_order.SIDES)
    with console.status("starting PostgreSQL") as status:
        return asyncio.run(thin_order.measure(plan, sides=sides, tell=status.update))


if __name__ == "__main__":
    sys.exit(main())
