from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hansa.kernel.settings import LogFormat, Settings
from hansa.kernel.telemetry import (
    Metrics,
    configure_logs,
    configure_traces,
    parse_traceparent,
    redact,
    redact_text,
    set_current,
    span,
)
from hansa.kernel.telemetry.tracing import stop_traces


@pytest.fixture
def log():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    configure_logs(Settings(log_format=LogFormat.JSON), process="server-1", stream=out)
    yield out
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_carries_where_it_comes_from(log):
    set_current("4bf9", "bazaar")
    structlog.get_logger("hansa.test").info("order placed", order="ord_1", lines=2)
    set_current("", "")

    line = json.loads(log.getvalue())
    assert line | {"process": "server-1", "trace": "4bf9", "business": "bazaar", "order": "ord_1"} == line
    assert line["level"] == "info"


def test_libraries_log_the_same_way_and_nothing_leaks(log):
    logging.getLogger("some.library").warning("mail to %s failed, Bearer abc.def", "anna@example.com")
    try:
        int("card 4242 4242 4242 4242 of anna@example.com")
    except ValueError:
        structlog.get_logger("hansa.test").exception(
            "fault", password="hunter2", url="postgresql://me:pw@db/x"
        )

    text = log.getvalue()
    assert all(json.loads(line) for line in text.splitlines())
    for leaked in ("anna@", "4242 4242", "hunter2", ":pw@", "abc.def"):
        assert leaked not in text
    assert "ValueError" in text


def test_redaction_goes_inside():
    told = redact("params", {"to": ["anna@example.com"], "api_key": "k", "nested": {"email": "x", "n": 1}})

    assert told == {"to": ["[e-mail]"], "api_key": "***", "nested": {"email": "[personal]", "n": 1}}


def test_ids_and_times_stay_readable():
    text = "order ord_01jd3x0000e8h9q5 at 2026-11-21T22:22:13 for 01a2003f-bdd1-7000-801f-694bfdb3b193, 12990 minor"

    assert redact_text(text) == text


@given(st.text())
def test_redaction_takes_any_text(text):
    assert "anna@example.com" not in redact_text(f"{text} anna@example.com {text}")


def test_spans_cost_nothing_until_they_are_wanted():
    with span("x", order="1") as quiet:
        assert not quiet.is_recording()

    exporter = InMemorySpanExporter()
    configure_traces(Settings(), exporter=exporter)
    parent = parse_traceparent(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
    assert parent is not None
    with span("lane.batch", parent=parent[1], size=3):
        pass
    stop_traces()

    (sent,) = exporter.get_finished_spans()
    assert sent.attributes == {"size": 3}
    assert f"{sent.context.trace_id:032x}" == parent[0]


@pytest.mark.parametrize(
    "header",
    [
        None,
        b"",
        b"nonsense",
        b"00-" + b"0" * 32 + b"-00f067aa0ba902b7-01",
        b"ff-" + b"1" * 32 + b"-" + b"1" * 16 + b"-00",
    ],
)
def test_a_traceparent_that_is_not_valid_is_ignored(header):
    assert parse_traceparent(header) is None


def test_metrics_of_several_processes_are_added_up(tmp_path):
    count = (
        "import os\n"
        "from hansa.kernel.telemetry import Metrics\n"
        "metrics = Metrics()\n"
        "orders = metrics.counter('hansa_orders', 'Orders', ['business'])\n"
        "if os.fork() == 0:\n"
        "    orders.labels('bazaar').inc(2)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "orders.labels('bazaar').inc(3)\n"
        "print(metrics.render().decode())\n"
    )
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", count], env=environ, capture_output=True, text=True, check=True
    )

    assert 'hansa_orders_total{business="bazaar"} 5.0' in done.stdout


def test_a_metric_is_made_once():
    metrics = Metrics()

    assert metrics.counter("hansa_orders", "Orders") is metrics.counter("hansa_orders", "Orders")
