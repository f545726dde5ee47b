"""What the platform tells about itself: logs, traces, metrics. None of it carries anything personal."""

from hansa.kernel.telemetry.accesslog import AccessLog
from hansa.kernel.telemetry.logs import configure_logs, current, set_current
from hansa.kernel.telemetry.metrics import MULTIPROCESS_VARIABLE, Metrics
from hansa.kernel.telemetry.redaction import redact, redact_text
from hansa.kernel.telemetry.tracing import configure_traces, new_trace, parse_traceparent, span

__all__ = [
    "MULTIPROCESS_VARIABLE",
    "AccessLog",
    "Metrics",
    "configure_logs",
    "configure_traces",
    "current",
    "new_trace",
    "parse_traceparent",
    "redact",
    "redact_text",
    "set_current",
    "span",
]
