"""A real OpenSearch of three nodes, for the tests that ask for one.

The processes of a run share one, which the first that asks starts; it ends with the run, however
the run ends, and takes its data away. A test that closes nodes has one of its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import IO, Any, Final
from urllib.error import URLError
from urllib.request import urlopen

HERE: Final = Path(__file__).with_suffix("")
"""The Java of it."""

NODES: Final = 3
STARTED_WITHIN: Final = 180.0
"""Seconds; fifteen on an idle machine."""


DATA: Final = "data"
"""Of all nodes, in the folder of a cluster; it takes them away when it ends."""

_MEMORY: Final = Path("/dev/shm")
_FAST: Final = _MEMORY if os.access(_MEMORY, os.W_OK) else Path(gettempdir())
"""Where data are written: three nodes that keep each change on a disk wait most of the time."""

_STARTED: Final[list[subprocess.Popen[str]]] = []
"""What ends with the run, and by itself: forgotten, it would be warned about."""


class ClusterMissing(Exception):
    """No cluster can be had here; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that runs.

    Attributes:
        hosts: `host:port` of each node.
        commands: of the process; None when others use the cluster too.
    """

    hosts: tuple[str, ...]
    commands: IO[str] | None = None

    def address(self, name: str, **options: object) -> str:
        """What `--index` calls an index of it."""
        given = "&".join(f"{option}={value}" for option, value in options.items())
        return f"opensearch://{','.join(self.hosts)}/{name}" + f"?{given}" * bool(given)

    def close_node(self, number: int) -> None:
        """Close a node, from 0; the others have noticed when this ends."""
        self._tell("close", number)
        _until(lambda: not _answers(self.hosts[number]), f"node {number} doesn't close")
        left = [host for host in self.hosts if _answers(host)]
        _until(lambda: _health(left[0]).get("number_of_nodes") == len(left), "a node isn't missed")

    def start_node(self, number: int) -> None:
        """Start a closed node again; all shards are whole when this ends."""
        self._tell("start", number)
        self.wait()

    def wait(self) -> None:
        """Wait until all nodes are there, and every copy of every shard."""
        _until(lambda: all(map(_is_whole, self.hosts)), "the cluster doesn't become green")

    def wait_for(self, name: str) -> None:
        """Wait until every copy of the shards of an index is there."""
        path = f"_cluster/health/{name}*?wait_for_status=green&timeout={STARTED_WITHIN:.0f}s"
        with urlopen(f"http://{self.hosts[0]}/{path}") as told:
            assert json.load(told)["status"] == "green"

    def _tell(self, command: str, number: int) -> None:
        assert self.commands is not None, "this cluster is shared: take one of your own"
        self.commands.write(f"{command} {number}\n")
        self.commands.flush()


def shared_cluster() -> Cluster:
    """The cluster of this run, started when there is none yet; it ends with the run.

    Raises:
        ClusterMissing: it can't be started here.
    """
    folder = _shared_folder()
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = folder / "cluster.json"
        if not told.exists():
            told.write_text(json.dumps(_started_or_why_not(folder)))
        found = json.loads(told.read_text())
    if "missing" in found:
        raise ClusterMissing(found["missing"])
    return Cluster(tuple(found["hosts"]))


def end_shared_cluster() -> None:
    """End what `shared_cluster` started, if it did; in the process that ends last."""
    folder = _shared_folder()
    with suppress(OSError, KeyError):
        os.kill(json.loads((folder / "cluster.json").read_text())["process"], signal.SIGTERM)
        _until(lambda: not (folder / DATA).exists(), "the cluster doesn't end")
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A cluster of one test, which may close its nodes.

    Raises:
        ClusterMissing: it can't be started here.
    """
    with TemporaryDirectory(prefix="questions-cluster-", dir=_FAST) as folder:
        process, cluster = _start(Path(folder), os.getpid())
        try:
            yield cluster
        finally:
            process.terminate()
            process.wait()


def _shared_folder() -> Path:
    return _FAST / f"questions-cluster-{_controller()}"


def _controller() -> int:
    """The process that ends last: with pytest-xdist, the one that started this one."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _started_or_why_not(folder: Path) -> dict[str, Any]:
    try:
        process, cluster = _start(folder, _controller())
    except ClusterMissing as error:
        return {"missing": str(error)}
    return {"hosts": cluster.hosts, "process": process.pid}


def _start(folder: Path, until: int) -> tuple[subprocess.Popen[str], Cluster]:
    """Start a cluster that ends with a process."""
    java = [_program("java"), "-Xmx1g", "-XX:TieredStopAtLevel=1"]
    program = ["-cp", _classpath(folder), str(HERE / "Cluster.java")]
    ports = _free_ports(2 * NODES)
    log = folder / "cluster.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*java, *program, str(folder / DATA), str(until), *map(str, ports)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )
    _STARTED.append(process)
    cluster = Cluster(tuple(f"127.0.0.1:{port}" for port in ports[::2]), process.stdin)
    try:
        _until(lambda: process.poll() is not None or _is_whole(cluster.hosts[-1]), "not green")
        assert process.poll() is None, f"java ended with {process.returncode}"
    except AssertionError as error:
        process.kill()
        last = "".join(log.read_text(errors="replace").splitlines(keepends=True)[-20:])
        raise ClusterMissing(f"the cluster doesn't start ({error}):\n{last}") from error
    return process, cluster


def _classpath(folder: Path) -> str:
    """Where Java finds OpenSearch, which maven brings."""
    told = folder / "classpath"
    goal = ["dependency:build-classpath", f"-Dmdep.outputFile={told}"]
    maven = [_program("mvn"), "-q", "-B", "-f", str(HERE / "pom.xml"), *goal]
    done = subprocess.run(maven, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ClusterMissing(f"maven doesn't bring OpenSearch:\n{done.stdout[-2_000:]}")
    return told.read_text()


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ClusterMissing(f"no {name}: install openjdk-17-jdk-headless and maven")
    return found


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _is_whole(host: str) -> bool:
    health = _health(host)
    return (health.get("number_of_nodes"), health.get("status")) == (NODES, "green")


def _answers(host: str) -> bool:
    return bool(_health(host))


def _health(host: str) -> dict[str, object]:
    with suppress(URLError, OSError), urlopen(f"http://{host}/_cluster/health", timeout=5) as told:
        found: dict[str, object] = json.load(told)
        return found
    return {}


def _until(true: Callable[[], bool], otherwise: str) -> None:
    """Wait for something; AssertionError when it doesn't come."""
    end = time.monotonic() + STARTED_WITHIN
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)
