"""Where the bytes of pictures are kept: in a folder, or in an S3-compatible store."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import httpx

from hansa.centers.product._rules.pictures import MEDIA_TYPE
from hansa.centers.product._rules.signing import signed
from hansa.centers.product.errors import PicturesUnavailable
from hansa.centers.product.types import PictureStore
from hansa.kernel.clock import system_now
from hansa.kernel.settings import Settings

_TIMEOUT_S = 10.0


class Store(Protocol):
    """Keeps bytes under names of ours. Raises `PicturesUnavailable` when it does not answer."""

    async def put(self, name: str, content: bytes) -> None:
        """Keep bytes, in place of what was under the name; they are there when this returns."""

    async def get(self, name: str) -> bytes | None:
        """Return what is kept under a name, or None."""

    async def delete(self, name: str) -> None:
        """Keep nothing under a name any more."""


class Folder:
    """Keeps bytes in a folder; a reader never sees half a file."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, content: bytes) -> None:
        """Keep bytes."""
        await asyncio.to_thread(self._put, name, content)

    async def get(self, name: str) -> bytes | None:
        """Return bytes, or None."""
        return await asyncio.to_thread(self._get, name)

    async def delete(self, name: str) -> None:
        """Forget bytes."""
        await asyncio.to_thread((self._root / name).unlink, missing_ok=True)

    def _put(self, name: str, content: bytes) -> None:
        path = self._root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{uuid4().hex}")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def _get(self, name: str) -> bytes | None:
        try:
            return (self._root / name).read_bytes()
        except FileNotFoundError:
            return None


class Bucket:
    """Keeps bytes in a bucket of an S3-compatible store, addressed by path."""

    def __init__(self, settings: PictureStore, *, client: httpx.AsyncClient | None = None) -> None:
        self._settings = settings
        self._client = client or httpx.AsyncClient(timeout=_TIMEOUT_S)

    async def put(self, name: str, content: bytes) -> None:
        """Keep bytes."""
        await self._ask("PUT", name, content, good={200})

    async def get(self, name: str) -> bytes | None:
        """Return bytes, or None."""
        answer = await self._ask("GET", name, b"", good={200, 404})
        return answer.content if answer.status_code == httpx.codes.OK else None

    async def delete(self, name: str) -> None:
        """Forget bytes."""
        await self._ask("DELETE", name, b"", good={200, 204, 404})

    async def _ask(self, method: str, name: str, content: bytes, *, good: set[int]) -> httpx.Response:
        url = f"{self._settings.s3_endpoint.rstrip('/')}/{self._settings.s3_bucket}/{name}"
        headers = signed(
            method,
            url,
            content,
            access_key=self._settings.s3_access_key,
            secret_key=self._settings.s3_secret_key.reveal() if self._settings.s3_secret_key else "",
            region=self._settings.s3_region,
            now=system_now(),
        )
        if method == "PUT":
            headers["content-type"] = MEDIA_TYPE
        try:
            answer = await self._client.request(method, url, content=content, headers=headers)
        except httpx.HTTPError as failed:
            raise PicturesUnavailable from failed
        if answer.status_code not in good:
            raise PicturesUnavailable(answered=answer.status_code)
        return answer


class PictureBytes:
    """This process's way to the bytes of pictures; few are re-encoded at once, because that takes a core each."""

    def __init__(self, store: Store, *, together_max: int = 2) -> None:
        self.store = store
        self.encoding = asyncio.Semaphore(together_max)

    @classmethod
    def of(cls, settings: Settings) -> PictureBytes:
        """Return the way that the settings name."""
        asked = settings.section(PictureStore)
        return cls(Bucket(asked) if asked.s3_bucket else Folder(settings.data_dir / "pictures"))
