"""The command `hansa`. Every mistake is one sentence and an exit code; a traceback is shown with --debug only."""

from __future__ import annotations


def main() -> None:
    """Run the command line; the entry point of the package."""
    from hansa.cli.program import run  # noqa: PLC0415 - `hansa --help` should not wait for the platform

    raise SystemExit(run())
