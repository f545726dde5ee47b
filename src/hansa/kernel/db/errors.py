"""What can be wrong with the database, each as one clear sentence."""

from __future__ import annotations

from hansa.kernel.problem import Problem


class DatabaseUnavailable(Problem):
    """PostgreSQL cannot be reached just now; nothing was changed, or the repeat will tell."""

    code = "database.unavailable"
    status = 503
    title = "The database is not answering just now, please try again in a moment"


class DatabaseRefused(Problem):
    """PostgreSQL answers, but does not let this log-in in, or not do what it must; the detail is its own words."""

    code = "database.refused"
    status = 503
    title = "The database server refuses this log-in"


class DatabaseTooOld(Problem):
    """The server is older than PostgreSQL 15."""

    code = "database.too_old"
    status = 503
    title = "The database server is too old: Hansa needs PostgreSQL 15 or later"


class DatabaseNotUtf8(Problem):
    """The database was created with another encoding than UTF8, which cannot be changed afterwards."""

    code = "database.not_utf8"
    status = 503
    title = "The database is not encoded in UTF8; create it again with ENCODING 'UTF8'"


class DatabaseNotMigrated(Problem):
    """The database lacks tables that this code needs."""

    code = "database.not_migrated"
    status = 503
    title = "The database is behind this code; run `hansa migrate`"


class DatabaseNewerThanCode(Problem):
    """The database was migrated by a later version, whose revisions this code does not know."""

    code = "database.newer_than_code"
    status = 503
    title = "The database was made by a newer version of Hansa; install that version or later"


class DatabaseMadeOtherwise(Problem):
    """Its migrations were applied from other texts than this code's, so its tables differ.

    Before the first release migrations are still rewritten in place, and data is not carried over such a change.
    """

    code = "database.made_otherwise"
    status = 503
    title = (
        "The database was made by an earlier development state of Hansa, and its tables differ from this code's; "
        "start anew with an empty database, or with the data directory moved away"
    )


class RuntimeRoleMissing(Problem):
    """The role the platform runs under does not exist, or the log-in is none of its members and may not change that."""

    code = "database.role_missing"
    status = 503
    title = "The database role hansa_runtime is missing, or this log-in may not act as it"
