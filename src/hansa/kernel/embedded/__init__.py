"""The embedded PostgreSQL: a real server with nothing to install, as a child of the process that needs it.

Owns: one data folder, the server process that works in it, and its unix socket. Knows nothing else of Hansa.

Never does: open a TCP port, create users of the machine, loosen rights of folders, run the server as root,
start the wheel's own start-up code.

Invariants:
    - one owner per data folder (a lock of the operating system, which ends with its process);
    - the server does not outlive its owner: on Linux the kernel asks it to shut down when the owner dies,
      elsewhere the next start ends it first;
    - a cluster is made whole or not at all, and is UTF-8;
    - every failure is an `EmbeddedError`: a stable code, and one sentence for a person.

A data folder holds `cluster/` (PostgreSQL's own; as root it belongs to an unprivileged account),
`postgres.log` and `lock`.

A server for tests, made in half a second and gone with its folder:

    with tempfile.TemporaryDirectory() as folder:
        with EmbeddedPostgres(Path(folder), settings={"fsync": "off"}) as server:
            server.create_database("template_hansa")
            ...                                                       # migrate it once
            server.create_database("test_1", template="template_hansa")
"""

from hansa.kernel.embedded._cluster import EmbeddedPostgres
from hansa.kernel.embedded.errors import (
    BinariesMissing,
    DatabaseFailed,
    DataFolderHeld,
    DataFolderUnwritable,
    DiskFull,
    EmbeddedError,
    InitFailed,
    NoSocketFolder,
    NotACluster,
    NotRunning,
    NotUtf8,
    NoUnprivilegedAccount,
    OtherMajorVersion,
    StartFailed,
    StopFailed,
    WrongOwner,
)

__all__ = [
    "BinariesMissing",
    "DataFolderHeld",
    "DataFolderUnwritable",
    "DatabaseFailed",
    "DiskFull",
    "EmbeddedError",
    "EmbeddedPostgres",
    "InitFailed",
    "NoSocketFolder",
    "NoUnprivilegedAccount",
    "NotACluster",
    "NotRunning",
    "NotUtf8",
    "OtherMajorVersion",
    "StartFailed",
    "StopFailed",
    "WrongOwner",
]
