"""Fetch again what the pages carry from elsewhere, and compare it with the pins in `vendor.toml`.

    python tools/vendor.py          fetch, compare, write the files; stop at the first hash that differs
    python tools/vendor.py --pin    the same after a version was changed: writes the hashes found

A maintainer's tool. It needs the `npm` client; installing or running Hansa does not.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent.parent / "src" / "hansa" / "web"
PINS = WEB / "vendor.toml"
TARGET = WEB / "static" / "vendor"

_ICON_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


class PinDiffersError(Exception):
    """A fetched file is not the one that was pinned."""


def fetch(name: str, version: str, into: Path) -> Path:
    """Download one package by name and exact version; answer the folder of its contents."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("vendor.py needs the npm client; it was not found on PATH")
    packed = subprocess.run(
        [npm, "pack", "--silent", f"{name}@{version}"],
        cwd=into,
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / packed.stdout.strip().splitlines()[-1]
    folder = into / archive.stem
    with tarfile.open(archive) as bundle:
        bundle.extractall(folder, filter="data")
    return folder / "package"


def sprite(folder: Path, icons: list[str], *, credit: str) -> bytes:
    """One SVG of symbols; a symbol is named like its icon and takes stroke and colour from outside."""
    symbols = []
    for icon in sorted(icons):
        body = _ICON_BODY.search((folder / f"{icon}.svg").read_text(encoding="utf-8"))
        if body is None:
            sys.exit(f"{icon}.svg holds no drawing")
        shapes = "".join(line.strip() for line in body.group(1).splitlines())
        symbols.append(f'<symbol id="{icon}" viewBox="0 0 24 24">{shapes}</symbol>')
    text = "\n".join(
        [f"<!-- {credit} -->", '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""]
    )
    return text.encode()


def gather(package: dict[str, Any], into: Path) -> dict[str, bytes]:
    """The files of one package, by the names they get here."""
    folder = fetch(package["name"], package["version"], into)
    found = {entry["to"]: (folder / entry["from"]).read_bytes() for entry in package["files"]}
    if "sprite" in package:
        wanted = package["sprite"]
        credit = f"{package['name']} {package['version']}, {package['licence']}: see lucide.LICENSE.txt"
        found[wanted["to"]] = sprite(folder / wanted["from"], wanted["icons"], credit=credit)
    return found


def pins(package: dict[str, Any]) -> dict[str, str]:
    """The pinned SHA-256 of each file of a package, by the name it has here."""
    entries = [*package["files"], *([package["sprite"]] if "sprite" in package else [])]
    return {entry["to"]: entry["sha256"] for entry in entries}


def write_pin(text: str, name: str, digest: str) -> str:
    """The text of `vendor.toml` with another hash for one file, everything else as it stood."""
    pattern = re.compile(rf'(to = "{re.escape(name)}",?\s+sha256 = ")[0-9a-f]*(")')
    return pattern.sub(rf"\g<1>{digest}\g<2>", text)


def main() -> None:
    """Fetch every package, then compare or pin, then write."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--pin", action="store_true", help="write the hashes that were found")
    pinning = arguments.parse_args().pin
    text = PINS.read_text(encoding="utf-8")
    TARGET.mkdir(parents=True, exist_ok=True)
    for package in tomllib.loads(text)["package"]:
        known = pins(package)
        with tempfile.TemporaryDirectory() as folder:
            found = gather(package, Path(folder))
        for name, body in found.items():
            digest = hashlib.sha256(body).hexdigest()
            if not pinning and digest != known[name]:
                message = f"{name} of {package['name']} {package['version']}: {digest}, pinned {known[name] or 'nothing'}"
                raise PinDiffersError(message)
            text = write_pin(text, name, digest)
            (TARGET / name).write_bytes(body)
            sys.stdout.write(f"{name}  {len(body)} bytes  {digest[:12]}\n")
    if pinning:
        PINS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
