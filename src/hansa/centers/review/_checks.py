"""What `hansa verify` asks of review."""

from __future__ import annotations

from hansa.centers.review._store.summaries import AUDITS
from hansa.kernel.audit import audit

CHECKS = tuple(audit(name, sentence, sql) for name, sentence, sql in AUDITS)
