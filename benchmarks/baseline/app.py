from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response

from benchmarks.baseline import paying, placing, quoting
from benchmarks.baseline.database import Database
from benchmarks.baseline.idempotency import Answer, Key
from benchmarks.baseline.problems import Problem, render
from benchmarks.baseline.provider import SandboxProvider
from benchmarks.baseline.schemas import PayAnswer, PayBody, PlaceAnswer, PlaceBody, QuoteAnswer, QuoteBody
from benchmarks.baseline.sessions import Authenticator
from benchmarks.baseline.signing import QuoteSigner

DATABASE_URL = "BASELINE_DATABASE_URL"
SIGNING_KEY = "BASELINE_SIGNING_KEY"
POOL_SIZE = "BASELINE_POOL_SIZE"


@dataclass(frozen=True, slots=True)
class Services:
    """What one process keeps between requests."""

    database: Database
    sessions: Authenticator
    signer: QuoteSigner
    provider: SandboxProvider


def services_of(request: Request) -> Services:
    """Return the services of the running application."""
    services: Services = request.app.state.services
    return services


async def current_services(request: Request) -> Services:
    """Give a route its services."""
    return services_of(request)


async def current_buyer(request: Request, authorization: Annotated[str, Header()] = "") -> UUID:
    """Find out who asks."""
    return await services_of(request).sessions.buyer(authorization)


Shared = Annotated[Services, Depends(current_services)]
Buyer = Annotated[UUID, Depends(current_buyer)]


async def current_key(
    request: Request, buyer: Buyer, idempotency_key: Annotated[str, Header(min_length=1, max_length=255)]
) -> Key:
    """Read the key of a write."""
    body = blake2b(await request.body(), digest_size=16).digest()
    return Key(buyer=buyer, route=request.url.path, key=idempotency_key, body=body)


WriteKey = Annotated[Key, Depends(current_key)]

router = APIRouter(prefix="/bazaar/api")


@router.post("/quotes")
async def create_quote(body: QuoteBody, buyer: Buyer, shared: Shared) -> QuoteAnswer:
    """Price a checkout. Nothing is stored and nothing is held."""
    return await quoting.quote(shared.database, shared.signer, buyer=buyer, wanted=body.lines)


@router.post("/orders", status_code=201, response_model=PlaceAnswer)
async def place_order(body: PlaceBody, buyer: Buyer, key: WriteKey, shared: Shared) -> Response:
    """Take a quoted checkout whole or refuse it whole."""
    quote = shared.signer.read(body.token, buyer=buyer, now=datetime.now(UTC))
    return _json(await placing.place(shared.database, key, quote))


@router.post("/payments/{payment_id}/pay", response_model=PayAnswer)
async def pay_payment(payment_id: UUID, body: PayBody, key: WriteKey, shared: Shared) -> Response:
    """Charge the buyer and commit money and orders together."""
    return _json(
        await paying.pay(shared.database, shared.provider, key, payment_id=payment_id, card=body.card)
    )


def _json(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type="application/json")


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    gc.collect()
    gc.freeze()  # modules, models and routes live for ever: the collector need not visit them
    yield
    await services.database.engine.dispose()


def create_app() -> FastAPI:
    """Make the application of one process from the environment."""
    app = FastAPI(lifespan=_running, openapi_url=None)
    database = Database(os.environ[DATABASE_URL], pool_size=int(os.environ[POOL_SIZE]))
    app.state.services = Services(
        database=database,
        sessions=Authenticator(database),
        signer=QuoteSigner(os.environ[SIGNING_KEY].encode()),
        provider=SandboxProvider(),
    )
    app.include_router(router)
    app.add_exception_handler(Problem, render)
    return app
