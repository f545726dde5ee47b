"""PostgreSQL: connections, transactions with one lock order, migrations."""

from hansa.kernel.db.database import Database, DatabaseUnavailable
from hansa.kernel.db.transaction import LockOrderViolated, Transaction

__all__ = ["Database", "DatabaseUnavailable", "LockOrderViolated", "Transaction"]
