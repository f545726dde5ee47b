"""The server's settings: sensible for two cores and a gigabyte or more, durable, silent about personal data."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

from hansa.kernel.embedded._wire import literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hansa.kernel.embedded._account import Account

_NAME = "hansa.conf"

DEFAULTS: Mapping[str, str] = {
    # Durable: an acknowledged order is on the disk.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Memory
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "wal_buffers": "16MB",
    # Many processes with small pools, tests with many databases
    "max_connections": "200",
    "max_locks_per_transaction": "128",
    # Checkpoints rarely and evenly; a restart after a crash still replays a gigabyte in seconds
    "min_wal_size": "256MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    # Short statements on few cores: compiling or splitting one costs more than it gains
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "random_page_cost": "1.1",
    # Hot rows are updated all the time: clean them before they grow. What is typical of a table changes slowly:
    # looking at it again after each twentieth took as much time as all orders of a replay.
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.1",
    "autovacuum_analyze_scale_factor": "0.25",
    # The same on every machine
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    # Statements and DETAIL lines quote row contents, and personal data has no place in logs
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_checkpoints": "off",
    "log_lock_waits": "on",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "logging_collector": "off",
    "log_destination": "stderr",
}

OWN_FILES: Mapping[str, str] = {
    "postgresql.conf": (
        "# Settings of the embedded PostgreSQL. Hansa writes hansa.conf at every start and never this file:\n"
        "# a line below the include wins.\n"
        f"include_if_exists = '{_NAME}'\n"
    ),
    "pg_hba.conf": (
        "# Only through the unix socket, in a folder that only the server's account and root can enter.\n"
        "local all all trust\n"
    ),
}


def write_settings(cluster: Path, account: Account, settings: Mapping[str, str]) -> None:
    """Write the settings file of the next start."""
    lines = [f"{name} = {literal(value)}\n" for name, value in settings.items()]
    write_private(
        cluster / _NAME, "# Written by Hansa at every start; see postgresql.conf.\n" + "".join(lines), account
    )


def write_private(path: Path, text: str, account: Account) -> None:
    """Write a file of the account's, whole or not at all.

    The folder belongs to the account, we may be root: a new file that replaces what stands there cannot be
    led astray by a link.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if account.drops:
            os.fchown(file, account.uid, account.gid)
        with os.fdopen(file, "w", closefd=False) as stream:
            stream.write(text)
        os.fsync(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    finally:
        os.close(file)
    fresh.replace(path)
