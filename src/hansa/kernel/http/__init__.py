"""The HTTP kit: how every center's routes are read, refused and described in the same way."""

from hansa.kernel.http.api import API_PATH, DOCUMENT_PATH, RouteGroup, create_api, plain_annotations
from hansa.kernel.http.bodies import BodyLimits
from hansa.kernel.http.declared import ProblemDetails, problems
from hansa.kernel.http.etags import etag, require_match, unchanged
from hansa.kernel.http.idempotency import parse_key
from hansa.kernel.http.negotiation import accepts
from hansa.kernel.http.reading import ApiRequest, decode, read_body
from hansa.kernel.http.refusing import handle_exception, problem_of

__all__ = [
    "API_PATH",
    "DOCUMENT_PATH",
    "ApiRequest",
    "BodyLimits",
    "ProblemDetails",
    "RouteGroup",
    "accepts",
    "create_api",
    "decode",
    "etag",
    "handle_exception",
    "parse_key",
    "plain_annotations",
    "problem_of",
    "problems",
    "read_body",
    "require_match",
    "unchanged",
]
