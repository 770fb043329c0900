"""Try what `deploy/` ships with the real nginx and systemd: `python -m tests.deploy`.

The units are read by `systemd-analyze`; the site of nginx stands on ports of this machine, with
only its addresses, paths and certificate replaced, before `qe serve` over the demo corpus.
The first thing that is not as it should be ends the run and says so.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from search.request import LONGEST_QUERY, MOST_CHOICES
from tests.archive_server import CERTIFICATE
from tests.deploy.shipped import INSTALLED, NGINX, PROJECT, QE, UNITS

NEEDED: Final = {"nginx": "nginx", "systemd-analyze": "systemd"}
"""Programs, with the Debian package of each."""

MOST_EXPOSED: Final = 15
"""Tenths, of `systemd-analyze security`: 0 is nothing, 100 everything; below 20 is called OK."""

NAME: Final = "questions.example.org"
SEARCH_PATH: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))
_PATIENCE: Final = 60
"""Seconds for a server to be there."""


@dataclass(frozen=True)
class Answer:
    """What came back: a status (0 when the connection was closed), the headers, the body."""

    status: int
    head: str
    body: str


@dataclass(frozen=True)
class Front:
    """nginx on this machine, the site behind it, and where both write."""

    http: int
    https: int
    site: int
    folder: Path
    index: Path

    def ask(self, path: str, *headers: str, encrypted: bool = True) -> Answer:
        """GET, by hand: no library has an opinion on what is too long."""
        request = _request(path, *headers, "Connection: close")
        received = self._exchange(request, self.https if encrypted else self.http, encrypted)
        head, _, body = received.partition("\r\n\r\n")
        return Answer(next(iter(_statuses(head)), 0), head, body)

    def flood(self, path: str, connections: int, requests: int) -> str:
        """All that comes back for so many requests on each of some connections."""
        all_at_once = _request(path) * (requests - 1) + _request(path, "Connection: close")
        with ThreadPoolExecutor(connections) as pool:
            exchanged = pool.map(
                lambda _: self._exchange(all_at_once, self.https, True), range(connections)
            )
            return "".join(exchanged)

    def _exchange(self, sent: str, port: int, encrypted: bool) -> str:
        received = b""
        with (
            socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as plain,
            _tls().wrap_socket(plain) if encrypted else plain as connection,
        ):
            with suppress(OSError):  # refused before all of it was sent
                connection.sendall(sent.encode())
            with suppress(OSError):
                while part := connection.recv(1 << 16):
                    received += part
        return received.decode("utf-8", "replace")


def _request(path: str, *headers: str) -> str:
    return "\r\n".join((f"GET {path} HTTP/1.1", f"Host: {NAME}", *headers, "", ""))


def _statuses(received: str) -> list[int]:
    return [int(status) for status in re.findall(r"^HTTP/1\.1 (\d{3})", received, re.MULTILINE)]


@click.command()
@click.option(
    "--port", type=int, default=0, help="The first of three to listen on; free ones else."
)
def try_deployment(port: int) -> None:
    """Read the units, then stand nginx before the site and ask it what people and programs ask."""
    _check_needed()
    with tempfile.TemporaryDirectory(prefix="deploy-") as name:
        folder = Path(name)
        _check_units(folder)
        with standing(folder, port) as front:
            with serving(front):
                for check in CHECKS:
                    _try(check, front)
            _try(a_site_that_is_down_says_so, front)
    click.echo("what deploy/ ships holds")


def _try(check: Callable[[Front], None], front: Front) -> None:
    check(front)
    click.echo(f"ok: {(check.__doc__ or '').splitlines()[0]}")


def _check_needed() -> None:
    for program, package in NEEDED.items():
        if shutil.which(program, path=SEARCH_PATH) is None:
            raise click.ClickException(
                f"{program} is missing, and nothing was tried: apt-get install {package}"
            )


def _run(*command: str) -> str:
    """What a command printed.

    Raises:
        ClickException: it failed.
    """
    program = shutil.which(command[0], path=SEARCH_PATH) or command[0]
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
    printed = done.stdout + done.stderr
    if done.returncode:
        raise click.ClickException(f"{' '.join(command)}\n{printed}")
    return printed


def _check_units(folder: Path) -> None:
    """Each unit is read without a word, and each service is closed to what it doesn't need."""
    copies = []
    for unit in UNITS:
        copies.append(folder / unit.name)
        # systemd wants the program to be there.
        copies[-1].write_text(unit.read_text().replace(QE, "/bin/true"))
    said = _run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *map(str, copies))
    if said:
        raise click.ClickException(said)
    click.echo("ok: systemd reads the units without a word")
    for copy in (copy for copy in copies if copy.suffix == ".service"):
        said = _run(
            "systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", str(copy)
        )
        click.echo(f"ok: {said.strip().splitlines()[-1].lstrip('→ ')}")


@contextmanager
def standing(folder: Path, port: int) -> Iterator[Front]:
    """Have nginx stand before a site that isn't there yet, until the end of the block."""
    ports = range(port, port + 3) if port else _free_ports(3)
    front = Front(*ports, folder, folder / "index")
    demo = [str(PROJECT / "demo" / part) for part in ("acteurs", "organes", "questions")]
    _qe("index", *demo, "--index", str(front.index)).wait()
    configuration = _configuration(front)
    _run("nginx", "-t", "-q", "-c", str(configuration))
    nginx = subprocess.Popen(
        [shutil.which("nginx", path=SEARCH_PATH) or "nginx", "-c", str(configuration)]
    )
    try:
        yield front
    finally:
        nginx.terminate()
        nginx.wait()


@contextmanager
def serving(front: Front) -> Iterator[None]:
    """`qe serve` behind nginx, until the end of the block."""
    site = _qe("serve", "--index", str(front.index), "--port", str(front.site))
    try:
        _wait_until(lambda: front.ask("/sante").status == 200)
        yield
    finally:
        site.terminate()
        site.wait()


def _qe(*arguments: str) -> subprocess.Popen[bytes]:
    code = "from web.commands import main; main(prog_name='qe')"
    environment = {name: v for name, v in os.environ.items() if not name.startswith("QE_")}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _configuration(front: Front) -> Path:
    """The shipped site with the addresses and paths of this machine, in a whole configuration."""
    site = NGINX.read_text()
    for shipped, here in (
        (r"\n *listen \[::\][^;]*;", ""),
        (r"listen 80;", f"listen 127.0.0.1:{front.http};"),
        (r"listen 443 ", f"listen 127.0.0.1:{front.https} "),
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{front.site};"),
        (r"/etc/letsencrypt/live/[\w.]+/\w+\.pem", str(CERTIFICATE)),
        (r"/var/log/nginx/", f"{front.folder}/"),
        (re.escape(INSTALLED), str(PROJECT)),
    ):
        site, count = re.subn(shipped, here, site)
        if not count:
            raise click.ClickException(f"{NGINX} has no longer anything like {shipped}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    lines = [
        *(["user root;"] if os.getuid() == 0 else []),
        "daemon off;",
        f"pid {front.folder}/nginx.pid;",
        f"error_log {front.folder}/nginx.error.log;",
        "events { worker_connections 1024; }",
        "http {",
        "include /etc/nginx/mime.types;",
        *(f"{kind}_temp_path {front.folder}/{kind};" for kind in kinds),
        site,
        "}",
    ]
    path = front.folder / "nginx.conf"
    path.write_text("\n".join(lines))
    return path


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _wait_until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):
            if there():
                return
        time.sleep(0.2)
    raise click.ClickException("the site was not there after a minute")


def _expect(what: object, expected: object, said: str = "") -> None:
    if what != expected:
        raise click.ClickException(f"{what!r} instead of {expected!r} {said[:2000]}")


def other_addresses_lead_here(front: Front) -> None:
    """Without TLS, everything leads to the same address with it."""
    answer = front.ask("/?q=eau", encrypted=False)

    _expect(answer.status, 301, answer.head)
    _expect(f"Location: https://{NAME}/?q=eau" in answer.head, True, answer.head)


def a_visitor_is_never_refused(front: Front) -> None:
    """A page comes with all its files, five times at once, and so do thirty pages one by one."""
    page = front.ask("/?q=retraite")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.body)
    _expect(len(files) > 3, True, page.body)
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(front.ask, ["/?q=retraite", *files] * 5))

    _expect({answer.status for answer in answers}, {200})
    _expect({front.ask(f"/?q=retraite&page={page}").status for page in range(1, 31)}, {200})


def long_addresses_arrive(front: Front) -> None:
    """The longest search and its Link header pass; what is too long, the site says itself."""
    # Everything but one long word: there are pages to lead to.
    longest = f"?page=2&q=-{'%C3%A9' * (LONGEST_QUERY - 1)}"
    filters = "".join(f"&rubrique=-{number}{'a' * 120}" for number in range(MOST_CHOICES))
    for path in ("/", "/api/v1/questions"):
        answer = front.ask(path + longest + filters)
        _expect(answer.status, 200, answer.head + answer.body)
    _expect(answer.head.count('rel="'), 5, answer.head)
    answer = front.ask(f"/?q={'a' * 65_000}")
    _expect(answer.status, 400, answer.head)
    _expect("Adresse trop longue" in answer.body, True, answer.body)


def what_nginx_refuses_is_worded(front: Front) -> None:
    """An address past all limits, and a body, get a page in French, or the API's JSON."""
    endless = "a" * 70_000
    for answer in (
        front.ask(f"/?q={endless}"),
        front.ask("/", f"Cookie: {endless}"),
        front.ask("/", "Content-Length: 1000000"),
    ):
        _expect(400 <= answer.status < 500, True, answer.head)
        _expect("Cette demande n’a pas pu être comprise." in answer.body, True, answer.body)
        _expect('lang="fr"' in answer.body, True, answer.body)


def exports_come_whole(front: Front) -> None:
    """Every question, a record a line, and as a table."""
    _expect(front.ask("/recherche.ndjson").body.count('{"uid":'), 180)
    _expect(front.ask("/recherche.csv").body.count("QANR5L17QE9") > 0, True)


def exports_are_limited(front: Front) -> None:
    """The seventh in a row waits; pages don't."""
    statuses = [front.ask("/recherche.ndjson?q=eau").status for _ in range(10)]
    refused = front.ask("/recherche.csv")

    _expect(statuses[-1], 429)
    _expect("Retry-After: 10" in refused.head, True, refused.head)
    _expect(json.loads(refused.body)["erreurs"][0]["parametre"], None)
    _expect(front.ask("/?q=eau").status, 200)


def floods_are_limited(front: Front) -> None:
    """Of hundreds of requests at once some are refused, in words; seconds later none is."""
    received = front.flood("/robots.txt", 8, 100)

    _expect(set(_statuses(received)), {200, 429})
    _expect("Trop de demandes" in received, True)
    _expect("Retry-After: 10" in received, True)
    time.sleep(5)
    _expect(front.ask("/").status, 200)


def headers_are_nobodys_word(front: Front) -> None:
    """A host or an address that a client makes up is written nowhere."""
    made_up = ("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example")
    answer = front.ask("/recherche.atom?q=eau", *made_up)

    _expect("evil.example" in answer.head + answer.body, False, answer.body)


def the_log_tells_no_search(front: Front) -> None:
    """Each line is JSON with a path, a network and an id: no parameter, no single machine."""
    front.ask("/questions/QANR5L17QE900148?q=secret")
    lines = (front.folder / "questions-ecrites.access.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines]

    _expect({entry["client"] for entry in entries}, {"127.0.0.0/24"})
    _expect([line for line in lines if "?" in line or "secret" in line or "retraite" in line], [])
    _expect(entries[-1]["path"], "/questions/QANR5L17QE900148")
    _expect(all(len(entry["request_id"]) == 32 for entry in entries), True)
    errors = front.folder / "questions-ecrites.error.log"
    _expect(errors.read_text() if errors.exists() else "", "")


def a_site_that_is_down_says_so(front: Front) -> None:
    """A page in French, or the API's JSON, with the time to come back after."""
    page, program = front.ask("/?q=eau"), front.ask("/api/v1/questions?q=eau")

    for answer in (page, program):
        _expect(answer.status, 503, answer.head)
        _expect("Retry-After: 120" in answer.head, True, answer.head)
        _expect("Recherche indisponible pour le moment." in answer.body, True, answer.body)
    _expect("<h1>Recherche indisponible</h1>" in page.body, True, page.body)
    _expect(json.loads(program.body)["erreurs"][0]["parametre"], None)
    _expect(front.ask("/_panne/panne.css").status, 200)


def slow_clients_are_let_go(front: Front) -> None:
    """Who doesn't end a request is not waited for, and holds no one up."""
    with (
        socket.create_connection(("127.0.0.1", front.https), timeout=_PATIENCE) as plain,
        _tls().wrap_socket(plain) as slow,
    ):
        slow.sendall(b"GET / HT")
        _expect(front.ask("/").status, 200)
        with suppress(ConnectionError):
            _expect(slow.recv(1), b"")


CHECKS: Final = (
    other_addresses_lead_here,
    a_visitor_is_never_refused,
    long_addresses_arrive,
    what_nginx_refuses_is_worded,
    exports_come_whole,
    exports_are_limited,
    floods_are_limited,
    headers_are_nobodys_word,
    the_log_tells_no_search,
    slow_clients_are_let_go,
)


if __name__ == "__main__":
    try_deployment()
