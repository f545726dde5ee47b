"""`EmbeddedPostgres`: start, address, databases and stop of one cluster."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from hansa.kernel.embedded._account import server_account
from hansa.kernel.embedded._binaries import binaries_for
from hansa.kernel.embedded._child import Server
from hansa.kernel.embedded._init import SUPERUSER, check_cluster, make_cluster
from hansa.kernel.embedded._lock import FolderLock
from hansa.kernel.embedded._log import failure_in, open_log
from hansa.kernel.embedded._processes import end_servers, pid_file_lines, postmaster_pid, servers_in
from hansa.kernel.embedded._settings import DEFAULTS, write_settings
from hansa.kernel.embedded._sockets import prepare_socket_folder, remove_socket_folder, socket_name
from hansa.kernel.embedded._wire import Connection, Row, WireError, identifier, literal
from hansa.kernel.embedded.errors import (
    DatabaseFailed,
    DataFolderHeld,
    NotRunning,
    NotUtf8,
    StartFailed,
    StopFailed,
    disk_full,
    unwritable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hansa.kernel.embedded._account import Account
    from hansa.kernel.embedded._binaries import Binaries

_DEFAULT_PORT = 5432
_MAINTENANCE_DATABASE = "postgres"
_NAME_LIMIT_BYTES = 63
_CONNECT_LIMIT_S = 5.0
_STATEMENT_LIMIT_S = 120.0
_READY_LIMIT_S = 180.0  # a crash recovery replays up to max_wal_size
_ATTACH_LIMIT_S = 30.0
_POLL_S = 0.01
_FAST_LIMIT_S = 30.0
_IMMEDIATE_LIMIT_S = 5.0

_STARTING_UP = "57P03"
_DUPLICATE_DATABASE = "42P04"
_UNIQUE_VIOLATION = "23505"  # two creators at the same instant
_PID_FILE_PORT, _PID_FILE_SOCKET_FOLDER, _PID_FILE_STATUS = 3, 4, 7


class EmbeddedPostgres:
    """One PostgreSQL cluster in a data directory, run as a direct child of this process."""

    def __init__(
        self, data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        """Describe the cluster; nothing is touched before `start`.

        `port` names the unix socket (5432 by default); no TCP port is opened either way. `settings` are
        added to the server's, e.g. {"fsync": "off"} for a cluster that may be lost.
        """
        self.data_dir = Path(data_dir).absolute()
        self.log_path = self.data_dir / "postgres.log"
        self._port = port if port is not None else _DEFAULT_PORT
        self._settings = {**DEFAULTS, **(settings or {})}
        self._cluster = self.data_dir / "cluster"
        self._folder_lock = FolderLock(self.data_dir)
        self._one_at_a_time = threading.RLock()
        self._server: Server | None = None
        self._socket_folder: Path | None = None
        self._attached = False
        self._version = ""

    @classmethod
    def attach_or_start(
        cls, data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> Self:
        """Return a running server: the one that another live process owns, else one that we start.

        `stop` of an attached one leaves the server running; it ends when its owner stops it.

        Raises:
            DataFolderHeld: the owner is alive, but its server did not answer within 30 seconds.
            EmbeddedError: as `start`.
        """
        postgres = cls(data_dir, port=port, settings=settings)
        deadline = time.monotonic() + _ATTACH_LIMIT_S
        while True:
            try:
                postgres.start()
            except DataFolderHeld:
                if postgres._attach():
                    return postgres
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL_S)
            else:
                return postgres

    def start(self) -> None:
        """Start the server and wait until it answers; does nothing when it is running.

        Makes the cluster when the folder is new, ends what an owner killed earlier left running, and lets
        PostgreSQL recover. After the server died by itself, start again.

        Raises:
            EmbeddedError: one of its subclasses; nothing that this call started is left running.
        """
        with self._one_at_a_time:
            if self.running:
                return
            self._forget()
            try:
                self.data_dir.mkdir(parents=True, exist_ok=True)
            except OSError as failure:
                raise unwritable(self.data_dir, failure) from failure
            self._folder_lock.take()
            try:
                self._start_locked()
            except BaseException:
                self.stop()
                raise

    def start_or_attach(self) -> bool:
        """Have the server running again: ours, or else the one of the process that owns the folder by now.

        False while that process lives and its server does not answer yet.

        Raises:
            EmbeddedError: as `start`.
        """
        with self._one_at_a_time:
            try:
                self.start()
            except DataFolderHeld:
                return self._attach()
            return True

    def stop(self) -> None:
        """Shut the server down (open transactions are rolled back) and reap it; harmless when it is not running.

        Raises:
            StopFailed: the server survived even SIGKILL.
        """
        with self._one_at_a_time:
            if self._attached:
                self._forget()
                return
            try:
                if self._server is not None:
                    _end(self._server)
                    end_servers(self._cluster)  # backends of a postmaster that was killed
            finally:
                if self._socket_folder is not None:
                    remove_socket_folder(self._socket_folder)
                self._forget()
                self._folder_lock.release()

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Stop the server."""
        self.stop()

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, None when it is not running."""
        if self._attached:
            pid = postmaster_pid(self._cluster)
            return pid if pid in servers_in(self._cluster) else None
        return self._server.pid if self._server is not None and not self._server.ended else None

    @property
    def running(self) -> bool:
        """Whether the server process is alive."""
        return self.pid is not None

    @property
    def server_version(self) -> str:
        """The server's version, such as "18.6".

        Raises:
            NotRunning: it was never started.
        """
        if not self._version:
            raise NotRunning(f"The PostgreSQL of the data folder {self.data_dir} is not running.")
        return self._version

    def url(self, database: str = "hansa") -> str:
        """Return the address of a database as asyncpg and libpq take it; carries no password, none is asked.

        Raises:
            NotRunning: the address is known only after `start`.
        """
        if self._socket_folder is None:
            raise NotRunning(f"The PostgreSQL of the data folder {self.data_dir} is not running.")
        address = (
            f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self._socket_folder))}"
        )
        return address if self._port == _DEFAULT_PORT else f"{address}&port={self._port}"

    def create_database(self, name: str = "hansa", *, template: str | None = None) -> None:
        """Create a database, as a copy of `template` if given; does nothing when it exists.

        Raises:
            DatabaseFailed: the name is unusable, or the template is missing or in use.
        """
        _check_name(name)
        copied = f" TEMPLATE {identifier(template)}" if template is not None else ""
        try:
            with self._session() as session:
                if session.query(f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}"):
                    return
                session.query(f"CREATE DATABASE {identifier(name)}{copied}")
        except WireError as refusal:
            if refusal.sqlstate in {_DUPLICATE_DATABASE, _UNIQUE_VIOLATION}:
                return
            raise DatabaseFailed(f"The database {name} cannot be created: {refusal}.") from refusal

    def drop_database(self, name: str) -> None:
        """Drop a database and end its sessions; does nothing when it does not exist.

        Raises:
            DatabaseFailed: the name is unusable, or the server refuses.
        """
        _check_name(name)
        try:
            with self._session() as session:
                session.query(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")
        except WireError as refusal:
            raise DatabaseFailed(f"The database {name} cannot be dropped: {refusal}.") from refusal

    def _start_locked(self) -> None:
        account = server_account(self._cluster)
        binaries = binaries_for(account)
        if check_cluster(self._cluster, binaries):
            end_servers(self._cluster)
        else:
            make_cluster(self._cluster, binaries, account, sync=self._settings["fsync"] != "off")
        self._socket_folder = prepare_socket_folder(self.data_dir, account, self._port)
        try:
            # We own the folder and no server lives in it. PostgreSQL itself would trust the file's process
            # id, though a zombie or a stranger may bear it, and refuse to start.
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)
            write_settings(self._cluster, account, self._effective_settings(binaries))
        except OSError as failure:
            raise unwritable(self.data_dir, failure) from failure
        self._launch(binaries, account)

    def _effective_settings(self, binaries: Binaries) -> Mapping[str, str]:
        # Without lz4 only pglz is left, which costs more processor time than the smaller log saves.
        return {"wal_compression": "lz4", **self._settings} if binaries.has_lz4() else self._settings

    def _launch(self, binaries: Binaries, account: Account) -> None:
        argv = [
            binaries.program("postgres"),
            "-D",
            "@folder",
            "-c",
            "listen_addresses=",
            "-c",
            f"port={self._port}",
        ]
        argv += ["-c", f"unix_socket_directories={self._socket_folder}", "-c", "unix_socket_permissions=0700"]
        with open_log(self.log_path) as log:
            begin = log.tell()
            self._server = Server(argv, folder=self._cluster, account=account, log=log)
        self._wait_until_ready(self._server, begin)

    def _wait_until_ready(self, server: Server, log_begin: int) -> None:
        deadline = time.monotonic() + _READY_LIMIT_S
        while True:
            if self._answers():
                return
            if server.wait(_POLL_S):
                reason = failure_in(self.log_path, log_begin)
                if "No space left on device" in reason:
                    raise disk_full(self.data_dir)
                raise StartFailed(
                    f"PostgreSQL in {self._cluster} did not start: {reason} (log: {self.log_path})."
                )
            if time.monotonic() > deadline:
                raise StartFailed(
                    f"PostgreSQL in {self._cluster} did not answer within {_READY_LIMIT_S:.0f} seconds"
                    f" (log: {self.log_path})."
                )

    def _answers(self) -> bool:
        """Ask the new server, once its own file says that asking is not in vain (each refusal is a log line)."""
        status = pid_file_lines(self._cluster)[_PID_FILE_STATUS:]
        if not status or status[0].strip() != "ready":
            return False
        try:
            with self._connect() as session:
                self._version = session.server_version
                _check_utf8(self._cluster, session)
        except WireError as refusal:
            if refusal.sqlstate == _STARTING_UP:
                return False
            raise StartFailed(f"PostgreSQL in {self._cluster} refuses us: {refusal}.") from refusal
        except OSError:
            return False
        return True

    def _connect(self, *, limit_s: float = _CONNECT_LIMIT_S) -> Connection:
        if self._socket_folder is None:
            raise NotRunning(f"The PostgreSQL of the data folder {self.data_dir} is not running.")
        path = self._socket_folder / socket_name(self._port)
        return Connection(path, user=SUPERUSER, database=_MAINTENANCE_DATABASE, timeout_s=limit_s)

    def _session(self) -> Connection:
        try:
            return self._connect(limit_s=_STATEMENT_LIMIT_S)
        except OSError as failure:
            raise NotRunning(
                f"The PostgreSQL of the data folder {self.data_dir} does not answer: {failure}."
            ) from failure

    def _attach(self) -> bool:
        """Take the address of the owner's server from `postmaster.pid`; false while it does not answer."""
        lines = pid_file_lines(self._cluster)
        if len(lines) <= _PID_FILE_SOCKET_FOLDER or not lines[_PID_FILE_PORT].isdigit():
            return False
        self._port = int(lines[_PID_FILE_PORT])
        self._socket_folder = Path(lines[_PID_FILE_SOCKET_FOLDER])
        try:
            with self._connect() as session:
                self._version = session.server_version
        except (OSError, WireError):
            self._socket_folder = None
            return False
        self._attached = True
        return True

    def _forget(self) -> None:
        self._server = None
        self._attached = False
        self._socket_folder = None


def _end(server: Server) -> None:
    for number, limit_s in (
        (signal.SIGINT, _FAST_LIMIT_S),
        (signal.SIGQUIT, _IMMEDIATE_LIMIT_S),
        (signal.SIGKILL, _IMMEDIATE_LIMIT_S),
    ):
        server.send(number)
        if server.wait(limit_s):
            return
    raise StopFailed(f"The server process {server.pid} cannot be ended.")


def _check_utf8(cluster: Path, session: Connection) -> None:
    """Refuse databases that lose or mangle text; the message names the first."""
    rows: list[Row] = session.query(
        "SELECT datname, pg_encoding_to_char(encoding), datctype FROM pg_database WHERE datallowconn ORDER BY oid"
    )
    for name, encoding, letters in rows:
        if encoding != "UTF8" or letters in {"C", "POSIX"}:
            raise NotUtf8(
                f"The database {name} of the cluster {cluster} is {encoding} with the locale {letters};"
                f" Hansa needs UTF8 and a UTF-8 locale: choose another data folder, or move the data with pg_dump."
            )


def _check_name(name: str) -> None:
    if not name or "\0" in name or len(name.encode(errors="replace")) > _NAME_LIMIT_BYTES:
        raise DatabaseFailed(
            f"A database needs a name of 1 to {_NAME_LIMIT_BYTES} bytes without NUL, not {name!r}."
        )
