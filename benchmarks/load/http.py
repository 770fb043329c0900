"""A small HTTP/1.1 client on asyncio: it keeps a connection, as browsers do, and costs little.

What measures must take little of the machine that is measured: two cores serve and ask.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import brotli  # type: ignore[import-untyped]

PATIENCE: Final = 60.0
"""Seconds without an answer after which a browser's user would have gone."""

_HEADERS: Final = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "benchmarks/load"}
_DECODERS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
}
_LONGEST_LINE: Final = 1 << 16


class BrokenAnswer(Exception):
    """An answer that ends early, or is none."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; its body as it was sent, perhaps compressed. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def text(self) -> str:
        """What the body says."""
        decode = _DECODERS.get(self.headers.get("content-encoding", ""), bytes)
        return decode(self.body).decode()


class Connection:
    """A connection that is kept between requests; `async with` opens and closes it."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(
            self._host, self._port, limit=_LONGEST_LINE
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.close()

    async def get(self, path: str, headers: Mapping[str, str]) -> Reply:
        """The answer to one request, read to its end.

        Raises:
            BrokenAnswer: the connection was closed, or what came is no HTTP.
            TimeoutError: nothing came for `PATIENCE`.
            OSError: the connection broke.
        """
        async with asyncio.timeout(PATIENCE):
            lines = {"Host": f"{self._host}:{self._port}"} | _HEADERS | dict(headers)
            told = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
            self._writer.write(f"GET {path} HTTP/1.1\r\n{told}\r\n".encode())
            try:
                return await self._reply()
            except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError) as error:
                raise BrokenAnswer(f"{type(error).__name__}: {error}") from error

    async def _reply(self) -> Reply:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        _, told, _ = head[0].split(" ", 2)
        status = int(told)
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        return Reply(status, headers, await self._body(status, headers))

    async def _body(self, status: int, headers: Mapping[str, str]) -> bytes:
        if status in {204, 304}:
            return b""
        if "content-length" in headers:
            return await self._reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            raise ValueError("an answer without a length")
        return b"".join([chunk async for chunk in self._chunks()])

    async def _chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            yield (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readuntil(b"\r\n")
