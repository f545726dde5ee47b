"""`python -m benchmarks.baseline.serve PORT PROCESSES`: the baseline on uvicorn."""

from __future__ import annotations

import sys

import uvicorn


def serve(port: int, processes: int) -> None:
    """Serve until told to stop."""
    uvicorn.run(
        "benchmarks.baseline.app:create_app",
        factory=True,
        host="127.0.0.1",
        port=port,
        workers=processes,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
