"""PostgreSQL: connections, transactions with one lock order, migrations."""

from hansa.kernel.db.columns import columns
from hansa.kernel.db.database import RUNTIME_ROLE, Database
from hansa.kernel.db.errors import DatabaseUnavailable
from hansa.kernel.db.transaction import LockOrderViolated, Transaction

__all__ = ["RUNTIME_ROLE", "Database", "DatabaseUnavailable", "LockOrderViolated", "Transaction", "columns"]
