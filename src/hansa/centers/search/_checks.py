"""What `hansa verify` asks of search."""

from __future__ import annotations

from hansa.centers.search._store.audits import AUDITS
from hansa.kernel.audit import audit

CHECKS = tuple(audit(name, sentence, sql) for name, sentence, sql in AUDITS)
