"""May this address be asked? Only over https, and only the publisher's own."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from index.errors import AddressRefused

_LONGEST_SHOWN: Final = 200
"""Characters of an address in a message: a server may send very long ones."""

_CREDENTIALS: Final = re.compile(r"//[^/?#]*@")


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whom archives are taken from.

    Attributes:
        domain: its hosts are this one and those below it.
        allow_http: whether this machine's own addresses may be asked without encryption.
    """

    domain: str
    allow_http: bool = False

    def check(self, url: str) -> None:
        """Let an address of the publisher pass.

        Raises:
            AddressRefused: it is another's, not https, or bears credentials.
        """
        # The parser is the one that the request is made with: two could read two hosts.
        parts = _parse(url)
        host = _bare_host(parts)
        shown = shown_address(url)
        if parts.auth is not None:
            raise AddressRefused(f"{shown} bears credentials, which are never sent")
        if host != self.domain.lower() and not host.endswith(f".{self.domain.lower()}"):
            raise AddressRefused(f"{shown} is not on {self.domain} or below it")
        if parts.scheme != "https" and not self._may_be_plain(parts.scheme, host):
            raise AddressRefused(f"{shown} is not https")

    def _may_be_plain(self, scheme: str | None, host: str) -> bool:
        return self.allow_http and scheme == "http" and _is_loopback(host)


def join(base: str, address: str) -> str:
    """An address that may be relative to another one.

    Raises:
        AddressRefused: the two make none.
    """
    try:
        return urljoin(base, address)
    except ValueError as error:
        raise AddressRefused(f"{shown_address(address)!r} is no address") from error


def shown_address(url: str) -> str:
    """An address as messages and logs may hold it: without credentials, and not too long."""
    return _CREDENTIALS.sub("//***@", url)[:_LONGEST_SHOWN]


def host_of(url: str) -> str:
    """The host of an address, in small letters.

    Raises:
        AddressRefused: there is none.
    """
    return _bare_host(_parse(url))


def _parse(url: str) -> Url:
    try:
        parts = parse_url(url)
    except LocationParseError as error:
        raise AddressRefused(f"{shown_address(url)!r} is no address") from error
    # What doesn't print would drive the terminal on which an error shows it.
    readable = url.isprintable() and not {" ", "\\"} & set(url)
    if not parts.scheme or not parts.host or not readable:
        raise AddressRefused(f"{shown_address(url)!r} is no address")
    return parts


def _bare_host(parts: Url) -> str:
    return (parts.host or "").strip("[]").lower()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
