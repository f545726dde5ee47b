"""The command `hansa`. Every mistake is one sentence and an exit code; a traceback is shown with --debug only."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line; the entry point of the package."""
    gc.set_threshold(50_000, 20, 20)  # importing allocates a lot and frees nothing: a fifth faster

    from hansa.cli.program import run  # noqa: PLC0415 - `hansa --help` should not wait for the platform

    raise SystemExit(run())
