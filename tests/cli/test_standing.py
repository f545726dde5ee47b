"""What came to a stand is seen, settled and told of by command, on the whole platform."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from hansa.kernel import jobs
from hansa.kernel.center import Deadline, DeadlineKind
from hansa.kernel.context import Traffic
from hansa.kernel.deadlines import run_due, schedule
from hansa.kernel.event import Handler
from hansa.kernel.gauges import StandingGauges
from hansa.kernel.metering import Meter
from hansa.kernel.outbox import Patience, Registry, deliver_all
from hansa.kernel.telemetry import Metrics

pytestmark = [pytest.mark.timeout(240), pytest.mark.enable_socket]

WELCOME = "message.welcome"
AT_ONCE = Patience(attempts=1)


class Door:
    """Stands in for the handler that welcomes people, and can be stuck."""

    def __init__(self, platform):
        self.platform = platform
        self.registry = Registry.of(platform.centers)
        self.stuck = True
        self.welcomed = []
        real = self.registry.handlers[WELCOME]

        async def handle(tx, envelopes):
            if self.stuck:
                raise ZeroDivisionError("the door is stuck")
            await real.handle(tx, envelopes)
            self.welcomed += [envelope.event.subject() for envelope in envelopes]

        self.registry.handlers[WELCOME] = Handler(WELCOME, real.events, handle=handle)

    async def deliver(self):
        await deliver_all(self.platform, self.registry, patience=AT_ONCE)


@pytest.fixture
async def door(house):
    await house.deliver()
    made = Door(house.platform)
    yield made
    made.stuck = False
    await made.deliver()


@pytest.fixture
def command(tmp_path, migrated, real):
    """Run the real command line on the house's database."""

    async def run(*arguments):
        return await asyncio.to_thread(real.run, *arguments, cwd=tmp_path, HANSA_DATABASE_URL=migrated)

    return run


async def read(command, *arguments):
    done = await command(*arguments, "--json")
    assert done.returncode in {0, 1}, done.stderr
    return json.loads(done.stdout)


async def findings(command):
    told = await read(command, "doctor")
    return {finding["what"]: finding for finding in told["findings"]}


async def test_a_parked_event_is_seen_replayed_and_delivered(house, door, command):
    person = await house.person()
    await door.deliver()

    (seen,) = await read(command, "events", "parked", "--handler", WELCOME)
    assert (seen["state"], seen["subject"]) == ("parked", str(person.party()))
    assert "the door is stuck" in seen["error"]
    behind = {one["handler"]: one for one in await read(command, "events", "lag")}
    assert behind[WELCOME]["parked"] == 1
    looked = (await findings(command))["parked events"]
    assert (looked["state"], looked["seen"]) == ("look", f"1 of {WELCOME}")
    assert "hansa events parked" in looked["remedy"]
    assert door.welcomed == []

    door.stuck = False
    done = await command("events", "replay", seen["id"])
    assert done.returncode == 0, done.stderr
    await door.deliver()

    assert door.welcomed == [person.party()]
    assert await read(command, "events", "parked", "--handler", WELCOME) == []
    again = await command("events", "replay", seen["id"])
    assert again.returncode == 1
    assert f"{seen['id']} is not parked" in again.stderr


async def test_what_a_business_used_is_shown_costliest_first(house, command):
    meter = Meter()
    for what, ns in (("toy.quick/one", 2_000_000), ("toy.slow/one", 5_000_000)):
        meter.cell("bazaar", Traffic.REPLAY, what).add(calls=3, errors=1, ns=ns)
    async with house.platform.db.transaction() as tx:
        await meter.flush(tx)

    told = await read(command, "business", "usage", "bazaar", "--hours", "2")
    shown = await command("business", "usage", "bazaar")
    nowhere = await command("business", "usage", "nowhere")

    ours = [one for one in told if one["what"].startswith("toy.")]
    assert [(one["what"], one["calls"], one["errors"]) for one in ours] == [
        ("toy.slow/one", 3, 1),
        ("toy.quick/one", 3, 1),
    ]
    assert ours[0]["longest_ms"] == 5
    assert "toy.slow/one" in shown.stdout
    assert nowhere.returncode == 1
    assert nowhere.stderr.startswith("hansa: There is no such business")


async def test_everything_parked_is_replayed_only_when_that_is_confirmed(house, door, command):
    people = {(await house.person()).party() for _ in range(2)}
    await door.deliver()

    unasked = await command("events", "replay", "--all", "--handler", WELCOME)
    neither = await command("events", "replay")
    door.stuck = False
    await door.deliver()
    assert unasked.returncode == neither.returncode == 1
    assert "Add --yes" in unasked.stderr
    assert "say --all" in neither.stderr
    assert door.welcomed == []

    told = await read(command, "events", "replay", "--all", "--handler", WELCOME, "--yes")
    await door.deliver()

    assert told == {"replayed": 2}
    assert set(door.welcomed) == people


async def test_what_is_given_up_stays_with_the_reason_and_who_gave_it_up(house, door, command):
    await house.person()
    await door.deliver()
    (seen,) = await read(command, "events", "parked", "--handler", WELCOME)

    unasked = await command("events", "discard", seen["id"], "--why", "welcomed by hand")
    unknown = await command("events", "discard", seen["id"], str(uuid4()), "--why", "both", "--yes")
    done = await command("events", "discard", seen["id"], "--why", "welcomed by hand", "--yes")
    kept = await read(command, "events", "parked", "--state", "discarded", "--handler", WELCOME)

    assert (unasked.returncode, unknown.returncode, done.returncode) == (1, 1, 0)
    assert "Nothing was changed." in unknown.stderr
    (event,) = [one for one in kept if one["id"] == seen["id"]]
    assert event["discarded_why"] == "welcomed by hand"
    assert event["discarded_by"].startswith("cli")


async def test_a_failed_job_is_listed_and_retried(house, command):
    name = f"toy.{uuid4().hex}"
    async with house.platform.db.transaction() as tx:
        job = await jobs.enqueue(tx, name, b"tea")
        await tx.raw.execute("UPDATE kernel.pgqueuer SET status = 'failed', attempts = 5 WHERE id = $1", job)

    (seen,) = [one for one in await read(command, "jobs", "failed") if one["id"] == job]
    looked = (await findings(command))["failed jobs"]
    unknown = await command("jobs", "retry", str(job), "999999999")
    assert seen["name"] == name
    assert (looked["state"], f"1 of {name}" in looked["seen"]) == ("look", True)
    assert unknown.returncode == 1
    assert "999999999" in unknown.stderr

    assert await read(command, "jobs", "retry", str(job)) == {"retried": [job]}
    async with house.platform.db.transaction() as tx:
        assert name not in await jobs.count_failed(tx)
        await tx.raw.execute("DELETE FROM kernel.pgqueuer WHERE id = $1", job)


async def test_a_failed_deadline_is_listed_and_tried_now(house, command):
    kind, subject, broken, fired = f"toy.{uuid4().hex}", uuid4(), [True], []

    async def fire(_tx, rows):
        if broken[0]:
            raise ZeroDivisionError("the clock is stuck")
        fired.extend(row.subject for row in rows)

    kinds = {kind: DeadlineKind(kind, fire)}
    due = Deadline(
        kind=kind,
        subject=subject,
        business=house.business,
        traffic=Traffic.SANDBOX,
        due_at=house.system.now(),
    )
    async with house.platform.db.transaction() as tx:
        await schedule(tx, [due])
    assert await run_due(house.platform, kinds) == 0

    seen = [one for one in await read(command, "deadlines", "failed") if one["deadline"]["kind"] == kind]
    assert [one["deadline"]["subject"] for one in seen] == [str(subject)]
    assert "the clock is stuck" in seen[0]["error"]
    assert f"1 of {kind}" in (await findings(command))["failed deadlines"]["seen"]

    broken[0] = False
    told = await read(command, "deadlines", "retry", str(subject))
    assert told == {"retried": [{"kind": kind, "subject": str(subject)}]}
    assert await run_due(house.platform, kinds) == 1
    assert fired == [subject]
    gone = await command("deadlines", "retry", str(subject))
    assert gone.returncode == 1
    assert str(subject) in gone.stderr


async def test_the_figures_follow_what_is_parked(house, door):
    gauges = StandingGauges(house.platform)
    metrics = house.platform.service(Metrics)
    line = f'hansa_outbox_parked_events{{handler="{WELCOME}"}}'
    await house.person()
    await door.deliver()

    await gauges.look()
    assert f"{line} 1.0" in metrics.render().decode()

    async with house.platform.db.transaction() as tx:
        await tx.raw.execute(
            "UPDATE kernel.parked SET state = 'retrying', retry_at = now() WHERE state = 'parked'"
        )
    door.stuck = False
    await door.deliver()
    await gauges.look()
    assert f"{line} 0.0" in metrics.render().decode()
