"""Runs the real command line on a stand-in of the platform, so that starting and stopping is tested by itself.

`hansa.app` here has no center and two routes; everything around it (database, processes, sockets) is real.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import types
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from hansa.kernel.business import Business
from hansa.kernel.center import Check
from hansa.kernel.db import Database
from hansa.kernel.extension import Effects, ExtensionPoint, Mode, OnError
from hansa.kernel.plan import Code
from hansa.kernel.welcome import Door, Login, Welcome


class Center:
    name = "ledger"
    settings = ()
    migrations = Path("/nowhere")
    checks = ()


class Platform:
    def __init__(self, settings):
        self.settings = settings
        self.plans = types.SimpleNamespace(behind=os.environ.get("STAND_IN_BEHIND", ""))
        self.db = Database(settings.database_url.reveal(), role=None)
        audited = Center()
        audited.checks = [Check("entries sum to zero", self.check)]
        self.centers = [audited]

    async def check(self, tx):
        rows = await tx.raw.fetch("SELECT note FROM stand_in")
        return [f"journal {row['note']} is off by 1" for row in rows if row["note"] == "bad"]


@asynccontextmanager
async def running(settings, *, activate=True):
    platform = Platform(settings)
    try:
        yield platform
    finally:
        if os.environ.get("STAND_IN_SLOW"):
            async with platform.db.transaction() as tx:
                await tx.raw.execute("SELECT 1")
            print("stand-in said good-bye")
        await platform.db.close()


class Worth(Protocol):
    """What is it worth?"""

    def __call__(self, ctx, value): ...


def code():
    point = ExtensionPoint[Worth](
        "toy.worth", version=1, mode=Mode.FIRST, effects=Effects.PURE, budget_ms=1, on_error=OnError.CLOSED
    )
    return Code(
        points=[point], packages=[Business("tea", extends=[point.by(lambda ctx, value: 7, name="seven")])]
    )


async def demo(platform, on_progress):
    on_progress("goods")
    await asyncio.sleep(60 if os.environ.get("STAND_IN_SLOW") else 0)
    async with platform.db.transaction() as tx:
        await tx.raw.execute("CREATE TABLE IF NOT EXISTS stand_in (note text PRIMARY KEY)")
        note = os.environ.get("STAND_IN_NOTE", "demo")
        await tx.raw.execute("INSERT INTO stand_in VALUES ($1) ON CONFLICT DO NOTHING", note)


async def welcome(_platform):
    return Welcome(
        [Door("Bazaar", "/bazaar", "a market")], [Login("buyer", "anna@example.com", "tea-and-pears")]
    )


def asgi(settings):
    held = {}

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await receive()
            held["platform"] = Platform(settings)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await held["platform"].db.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["path"] == "/slow":
            await asyncio.sleep(1)
        if scope["path"] == "/die":
            os._exit(7)
        async with held["platform"].db.transaction() as tx:
            notes = [row["note"] for row in await tx.raw.fetch("SELECT note FROM stand_in")]
        body = json.dumps({"pid": os.getpid(), "notes": notes}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    return app


class Worker:
    def __init__(self, platform):
        self.platform = platform

    async def run(self):
        note(str(os.getpid()))
        try:
            await asyncio.Event().wait()
        finally:
            note("stopped")


def note(what):
    Path(os.environ["STAND_IN_WORKER"]).write_text(what)


def install():
    app = types.ModuleType("hansa.app")
    app.CENTERS = []
    app.code = code
    app.running, app.demo, app.welcome, app.asgi = running, demo, welcome, asgi
    worker = types.ModuleType("hansa.kernel.worker")
    worker.Worker = Worker
    sys.modules |= {"hansa.app": app, "hansa.kernel.worker": worker}


if __name__ == "__main__":
    install()
    from hansa.cli import main

    main()
