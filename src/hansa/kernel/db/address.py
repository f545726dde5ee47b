"""Where a database is, in the one spelling that asyncpg reads as libpq does: `sslmode` and all."""

from __future__ import annotations

from sqlalchemy import make_url


def dsn(url: str) -> str:
    """Return a URL for asyncpg's own parser, whatever driver it names; what needs quoting is quoted.

    SQLAlchemy would hand on what stands behind the question mark as arguments, which asyncpg does not know.
    """
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
