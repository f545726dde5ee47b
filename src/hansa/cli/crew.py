"""A replay, by this process or shared by several: each sells the baskets of some stores, so that no two of them want the same stock.

Who starts several sells nothing: it hears how far each is, moves the clock to the earliest basket that is under way
anywhere, and tells how far all are together. They end with it, even by `kill -9`; a replay goes on at any moment.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import traceback
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from hansa.cli.children import new_loop
from hansa.cli.failure import Failure, sentences_of
from hansa.cli.startup import with_platform
from hansa.complete_journey import replaying
from hansa.complete_journey.files import Files, Weeks
from hansa.complete_journey.progress import Progress, Replayed
from hansa.kernel.platform import Platform

HEAR_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a process gave up, as a person is told."""

    sentences: Sequence[str]


class Done:
    """What a process says last."""


Said = Progress | Refused | Done


async def replay(
    platform: Platform,
    files: Files,
    *,
    weeks: Weeks,
    speed: float | None,
    processes: int,
    tell: replaying.Tell,
) -> Replayed:
    """Replay some weeks. What has a speed is in no hurry, and this process does it alone.

    Raises as `replaying.replay`, and `Failure` with what stopped another process.
    """
    if processes == 1 or speed is not None:
        with _seldom_looking_for_cycles():
            return await replaying.replay(platform, files, weeks=weeks, speed=speed, tell=tell)
    return await _share(platform, files, weeks, processes, tell)


async def _share(
    platform: Platform, files: Files, weeks: Weeks, processes: int, tell: replaying.Tell
) -> Replayed:
    baskets, lines = files.count(weeks)
    whole = Progress(baskets=baskets, lines=lines)
    with _started(files.shares(weeks, processes), weeks) as ends:
        far: dict[Connection, Progress] = {}
        at_work = set(ends)
        while at_work:
            heard = await asyncio.to_thread(wait, list(at_work), HEAR_EVERY_S)
            for end in at_work.intersection(heard):
                match _hear(end):
                    case Progress() as progress:
                        far[end] = progress
                    case Done():
                        at_work.discard(end)
            if len(far) == len(ends):
                whole.add_up(far.values())
                await replaying.move_clock(platform, whole.at)
                tell(whole)
    return Replayed.of(whole)


@contextmanager
def _started(shares: Sequence[Collection[int]], weeks: Weeks) -> Iterator[list[Connection]]:
    """Start a process for each share, and leave none behind."""
    fresh = get_context("spawn")  # nothing of our threads and connections goes along
    pipes = [fresh.Pipe() for _ in shares]
    processes = [
        fresh.Process(target=_sell, args=(stores, weeks, theirs))
        for stores, (_, theirs) in zip(shares, pipes, strict=True)
    ]
    try:
        for process, (_, theirs) in zip(processes, pipes, strict=True):
            process.start()
            theirs.close()
        yield [ours for ours, _ in pipes]
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()


def _hear(end: Connection) -> Said:
    """Take what a process says. Raises `Failure` when it gave up or is gone."""
    try:
        said: Said = end.recv()
    except EOFError:
        raise Failure(
            "A process of the replay ended before its work did.", "Run it again: it goes on."
        ) from None
    if isinstance(said, Refused):
        raise Failure(*said.sentences)
    return said


def _sell(stores: Collection[int], weeks: Weeks, parent: Connection) -> None:
    """Be one of the processes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started us
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()

    async def hear(progress: Progress) -> None:
        parent.send(progress)

    async def run(platform: Platform) -> None:
        with Files() as files, _seldom_looking_for_cycles():
            await replaying.sell(platform, files, weeks=weeks, stores=stores, hear=hear)

    try:
        with_platform(run, new_loop=new_loop)
        parent.send(Done())
    except Exception as wrong:  # noqa: BLE001 - told by who started us
        sentences = sentences_of(wrong)
        if sentences is None:
            traceback.print_exception(wrong, file=sys.stderr)
            sentences = ["A process of the replay failed: see above."]
        parent.send(Refused(sentences))


@contextmanager
def _seldom_looking_for_cycles() -> Iterator[None]:
    """Leave what is there by now alone, and look through much at once: a replay keeps hundreds of thousands of rows."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _end_with(parent: Connection) -> None:
    """Wait, in a thread, for the end of who started us: it never says anything."""
    try:
        parent.recv()
    except (EOFError, OSError):
        os._exit(1)
