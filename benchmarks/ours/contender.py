from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import asyncpg
import msgspec

from benchmarks.contender import Acknowledged, Contender, ServerFailed, Sizes
from benchmarks.storefront import Storefront

_DATABASE = "hansa_bench"
_HANSA = str(Path(sys.executable).with_name("hansa"))
_ROOT = Path(__file__).parents[2]
_ENTRY_POINTS = """\
[hansa.businesses]
tea-bowls = benchmarks.ours.business:BENCH
[hansa.providers]
in-process = benchmarks.ours.business:provider
"""

_PLACED_AND_PAID = """
SELECT count(*), count(*) FILTER (WHERE paid_at IS NOT NULL) FROM trade."order"
"""


class Hansa(Contender):
    """The platform itself: Litestar, set-based centers, the lane."""

    name = "Hansa"
    _keys = secrets.token_hex(32)

    def command(self) -> tuple[Sequence[str], Mapping[str, str]]:
        """Return how to start the server."""
        return [_HANSA, "serve"], self._environment()

    async def prepare(self, sizes: Sizes) -> Storefront:
        """Migrate a database and fill it through the centers. Raises `ServerFailed`."""
        self.postgres.create_database(_DATABASE)
        self._install()
        await self._run(_HANSA, "migrate")
        told = await self._run(
            sys.executable, "-m", "benchmarks.ours.fill", json.dumps(msgspec.to_builtins(sizes))
        )
        return msgspec.json.decode(told.splitlines()[-1], type=Storefront)

    async def verify(self, acknowledged: Acknowledged) -> list[str]:
        """Ask the platform's own audit, and compare what is stored with what was acknowledged."""
        violations = []
        try:
            await self._run(_HANSA, "verify")
        except ServerFailed as found:
            violations.append(str(found))
        connection = await asyncpg.connect(self.postgres.url(_DATABASE))
        try:
            stored = tuple(await connection.fetchrow(_PLACED_AND_PAID))
        finally:
            await connection.close()
        told = (acknowledged.placed, acknowledged.paid)
        if any(s < t for s, t in zip(stored, told, strict=True)) or (acknowledged.exactly and stored != told):
            violations.append(f"{told} orders were acknowledged as placed and paid, {stored} are stored")
        return violations

    def _install(self) -> None:
        """Leave what an installed package leaves: the entry points of the business and its provider."""
        installed = self._packages / "tea_bowls-1.0.dist-info"
        installed.mkdir(parents=True, exist_ok=True)
        (installed / "METADATA").write_text("Name: tea-bowls\nVersion: 1.0\n")
        (installed / "entry_points.txt").write_text(_ENTRY_POINTS)

    @property
    def _packages(self) -> Path:
        return self.folder / "packages"

    async def _run(self, *arguments: str) -> bytes:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **self._environment()},
        )
        told, wrong = await process.communicate()
        if process.returncode:
            raise ServerFailed(
                f"{' '.join(arguments[:3])} failed:\n{(told + wrong).decode(errors='replace')[-4000:]}"
            )
        return told

    def _environment(self) -> Mapping[str, str]:
        return {
            "HANSA_DATABASE_URL": self.postgres.url(_DATABASE),
            "HANSA_DATA_DIR": str(self.folder / "hansa"),
            "HANSA_PORT": str(self.port),
            "HANSA_PROCESSES": str(self.processes),
            "HANSA_ACCESS_LOG": "false",
            "HANSA_LOG_LEVEL": "warning",
            "HANSA_SECRET_KEYS": self._keys,
            "PYTHONPATH": os.pathsep.join([str(self._packages), str(_ROOT)]),
        }
