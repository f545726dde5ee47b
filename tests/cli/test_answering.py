"""An answer leaves in one piece, a stream piece by piece, and nothing is lost at the end."""

import asyncio

import pytest
import uvicorn

from hansa.cli.answering import Answering
from hansa.kernel.http.whole import respond

pytestmark = pytest.mark.enable_socket


class Transport(asyncio.Transport):
    """Remembers what was written, and what was done."""

    def __init__(self):
        super().__init__()
        self.done = []

    def write(self, data):
        self.done.append(data)

    def close(self):
        self.done.append("closed")

    def is_closing(self):
        return "closed" in self.done


@pytest.fixture
async def connection():
    async def app(scope, receive, send):
        if scope["path"].startswith("/whole"):
            headers = [(b"content-length", b"5"), (b"x-said", scope["query_string"].replace(b"~", b"\n"))]
            if scope["path"] == "/whole-parted":
                scope["extensions"] = {}
            await respond(scope, send, 201, headers, b"whole")
            return
        pieces = int(scope["path"].strip("/"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(pieces):
            await send({"type": "http.response.body", "body": b"x" * 50_000, "more_body": True})
        await send({"type": "http.response.body", "body": b"end", "more_body": False})

    config = uvicorn.Config(
        app, loop="none", http=Answering, lifespan="off", log_config=None, access_log=False
    )
    config.load()
    server = uvicorn.Server(config)
    protocol = Answering(config=config, server_state=server.server_state, app_state={})
    transport = Transport()
    protocol.connection_made(transport)

    async def ask(path, connection="keep-alive", method="GET"):
        protocol.data_received(
            f"{method} {path} HTTP/1.1\r\nHost: shop\r\nConnection: {connection}\r\n\r\n".encode()
        )
        while server.server_state.tasks:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        return transport.done

    yield ask
    protocol.connection_lost(None)


async def test_head_and_body_leave_together(connection):
    (answer,) = await connection("/0")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"3\r\nend\r\n0\r\n\r\n")


async def test_a_stream_is_not_piled_up(connection):
    pieces = await connection("/6")
    assert len(pieces) >= 3
    assert max(map(len, pieces)) < 128 * 1024
    assert b"".join(pieces).count(b"x") == 300_000


async def test_the_connection_closes_behind_the_answer(connection):
    *answer, end = await connection("/0", "close")
    assert b"".join(answer).endswith(b"end\r\n0\r\n\r\n")
    assert end == "closed"


async def test_a_whole_answer_reads_like_one_in_two_messages(connection):
    await connection("/whole?a")
    whole, parted = await connection("/whole-parted?a")
    assert whole == parted
    assert whole.startswith(b"HTTP/1.1 201 Created\r\n")
    assert whole.endswith(b"x-said: a\r\n\r\nwhole")


async def test_the_next_request_of_a_connection_is_answered_after_a_whole_answer(connection):
    for asked in range(1, 4):
        assert len(await connection("/whole")) == asked


async def test_a_whole_answer_to_head_has_no_body(connection):
    answer = b"".join(await connection("/whole", method="HEAD"))
    assert b"content-length: 5\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


async def test_a_connection_that_is_to_end_ends_behind_a_whole_answer(connection):
    *answer, end = await connection("/whole", "close")
    assert b"".join(answer).endswith(b"connection: close\r\n\r\nwhole")
    assert end == "closed"


async def test_a_header_cannot_begin_another_line(connection):
    answer = b"".join(part for part in await connection("/whole?a~set-cookie:b") if part != "closed")
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"set-cookie" not in answer
