"""`python -m tools.reference`: write the reference, and say which files changed."""

from __future__ import annotations

import sys

from tools.reference import FOLDER, House, write


def main() -> int:
    """Write what is out of date. Fails, writing nothing, when an event would break its readers."""
    try:
        changed = write(House.of_code(), FOLDER)
    except ValueError as broken:
        print(f"An event changed in a way its readers cannot follow:\n{broken}", file=sys.stderr)
        return 1
    print("\n".join(f"wrote docs/reference/{name}" for name in changed) or "docs/reference is up to date")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
