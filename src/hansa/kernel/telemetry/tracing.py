"""Traces: every request has an id from the first byte; spans cost next to nothing until a collector is configured."""

from __future__ import annotations

import os
import re
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace as otel
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags

from hansa.kernel.settings import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

# W3C Trace Context: version 00; all-zero ids are invalid.
_TRACEPARENT: Final = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class _Tracing:
    """Where this process's spans go: nowhere until `configure_traces`."""

    def __init__(self) -> None:
        self.tracer: otel.Tracer | None = None
        self.provider: TracerProvider | None = None


_tracing: Final = _Tracing()


class _NoSpan:
    """The span of a process that traces nothing."""

    def __enter__(self) -> Span:
        return otel.INVALID_SPAN

    def __exit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


_NO_SPAN: Final = _NoSpan()


def span(
    name: str, *, parent: Context | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any
) -> AbstractContextManager[Span]:
    """Open a span around a piece of work: a request, a use case, a lane's batch. Attributes carry ids only."""
    tracer = _tracing.tracer
    if tracer is None:
        return _NO_SPAN
    return tracer.start_as_current_span(name, context=parent, kind=kind, attributes=attributes)


def configure_traces(settings: Settings, *, process: str = "", exporter: SpanExporter | None = None) -> None:
    """Send this process's spans to the configured collector; without one nothing is recorded at all.

    Call it after forking: the exporter runs a thread. `exporter` takes the place of the collector in tests.
    """
    stop_traces()
    if not settings.otlp_endpoint and exporter is None:
        return
    # Half a second of imports that a platform without a collector never needs.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    out = exporter or OTLPSpanExporter(endpoint=settings.otlp_endpoint.rstrip("/") + "/v1/traces")
    provider = TracerProvider(
        resource=Resource.create(
            {"service.name": "hansa", "service.instance.id": process or str(os.getpid())}
        ),
        sampler=ParentBased(TraceIdRatioBased(settings.otlp_sample)),
    )
    provider.add_span_processor(BatchSpanProcessor(out))
    _tracing.provider, _tracing.tracer = provider, provider.get_tracer("hansa")


def stop_traces() -> None:
    """Send what waits and stop tracing."""
    if _tracing.provider is not None:
        _tracing.provider.shutdown()
    _tracing.provider = _tracing.tracer = None


def new_trace() -> str:
    """Make a trace id: 32 hexadecimal digits."""
    return os.urandom(16).hex()


def parse_traceparent(header: bytes | None) -> tuple[str, Context] | None:
    """Read a traceparent header (W3C Trace Context): its trace id and the context of the remote span.

    None when there is none, or it is invalid: such a header is ignored, as the recommendation asks.
    """
    match = _TRACEPARENT.fullmatch(header) if header else None
    if match is None or match[1] == b"ff" or (match[1] == b"00" and match[5]):
        return None
    trace_id, span_id = int(match[2], 16), int(match[3], 16)
    if not (trace_id and span_id):
        return None
    remote = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(int(match[4], 16) & 1))
    return match[2].decode(), otel.set_span_in_context(NonRecordingSpan(remote), Context())
