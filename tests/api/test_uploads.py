"""Pictures come as files, longer than other bodies may be, and go out to be kept."""

from __future__ import annotations

import io
import os

import pytest
from PIL import Image

from callers import good, problem
from hansa.centers.product.types import PictureStore

UPLOAD = {"Content-Type": "image/png"}


def noise(side: int) -> bytes:
    """A picture that does not get smaller by packing."""
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
async def stand(stall):
    """A shop with a seller."""
    return await stall(stock=0)


async def test_a_picture_longer_than_other_bodies_is_taken_as_a_file(stand, houses):
    seller, path = stand["seller"], f"/shops/{stand['shop']}/pictures/files"
    content = noise(1200)
    assert len(content) > 4 * houses[0].platform.settings.body_max_bytes

    shown = good(await seller.post(path, content=content, headers=UPLOAD, key="the-same"), 201)
    again = good(await seller.post(path, content=content, headers=UPLOAD, key="the-same"), 201)
    alt = {"en": "The teapot from above", "zh": "茶壶俯视"}
    described = good(await seller.ask("PUT", f"/pictures/{shown['id']}/alt", json={"alt": alt}))

    assert (shown["width"], shown["height"], again["id"]) == (1200, 1200, shown["id"])
    assert good(await seller.get(f"/pictures/{shown['id']}")) == described == shown | {"alt": alt}
    bytes_of = await seller.get(f"/pictures/{shown['id']}/thumb")
    assert bytes_of.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert bytes_of.headers["content-type"] == "image/webp"
    assert bytes_of.headers["x-content-type-options"] == "nosniff"


async def test_what_is_no_picture_or_too_long_is_refused(stand):
    seller, path = stand["seller"], f"/shops/{stand['shop']}/pictures/files"
    beyond = PictureStore().bytes_max + 1

    async def dripping():
        for _ in range(beyond // 1_000_000 + 1):
            yield b"x" * 1_000_000

    problem(await seller.post(path, content=b"x" * beyond, headers=UPLOAD), 413, "request.too_large")
    problem(await seller.post(path, content=dripping(), headers=UPLOAD), 413, "request.too_large")
    problem(await seller.post(path, content=b"GIF89a", headers=UPLOAD), 422, "product.picture_refused")
    problem(await seller.post(path, content=b"", headers=UPLOAD), 422, "product.picture_refused")
    svg = {"Content-Type": "image/svg+xml"}
    refused = await seller.post(path, content=b"<svg/>", headers=svg)
    problem(refused, 415, "request.unsupported_media_type")
    assert refused.json()["accepted"] == ["image/jpeg", "image/png", "image/webp", "image/gif"]


async def test_whoever_may_not_is_told_before_anything_is_read(stand, person):
    path = f"/shops/{stand['shop']}/pictures/files"
    read = []

    async def watched():
        for at in range(3):
            read.append(at)
            yield b"x" * 100_000

    stranger = await person()
    problem(await stranger.post(path, content=watched(), headers=UPLOAD), 403, "request.forbidden")
    assert len(read) <= 1
