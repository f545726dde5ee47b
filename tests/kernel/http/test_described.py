"""Whatever is sent, the API answers as its document says: schemathesis over the API of `test_api`, behind the edge."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from hansa.kernel.http.edge import Edge, HttpMetrics, Operations
from hansa.kernel.settings import Settings
from hansa.kernel.telemetry import Metrics

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def _sibling(name):
    spec = importlib.util.spec_from_file_location(
        f"_{name}_for_schema", Path(__file__).with_name(f"{name}.py")
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


async def _ready():
    return ""


class _Finder:
    def named(self, path):
        return path if path == "bazaar" else None

    def at_host(self, _host):
        return None


def _described():
    told, metrics = Settings(), Metrics()
    app = Edge(
        _sibling("test_api").api(),
        settings=told,
        businesses=_Finder(),
        operations=Operations(told, metrics, ready=_ready),
        metrics=HttpMetrics(metrics),
    )
    return schemathesis.openapi.from_asgi("/api/openapi.json", app)


schema = _described()


@schema.exclude(path="/api/broken").parametrize()
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case):
    case.call_and_validate(checks=CHECKS)
