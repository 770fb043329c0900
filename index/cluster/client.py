"""A cluster as the program talks to it: what it answers, or one of our errors.

The library `opensearch-py` keeps the connections, takes turns between the hosts and leaves out for
a while those that don't answer. It is an extra: whoever indexes into a directory needs none of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from index.cluster.address import PASSWORD, USER, ClusterAddress, credentials
from index.errors import IndexMissing, QuestionsError

if TYPE_CHECKING:
    from opensearchpy import OpenSearch

TIMEOUT: Final = 10.0
"""Seconds until an answer: a search has five of them, and a page of results asks twice."""

_RETRIES: Final = 3
"""Hosts that are asked when one doesn't answer, or is too busy to."""

_LEFT_OUT: Final = 5.0
"""Seconds for which a host that doesn't answer isn't asked; doubled when it fails again."""

_DOUBLED: Final = 2
"""How often: a node that comes back is asked again after twenty seconds, and not after half an
hour, at the library's word."""

_CONNECTIONS: Final = 16
"""Kept with each host: as many threads of one process may ask at a time."""

_BUSY: Final = (429, 502, 503, 504)


# What fails comes out as one of the errors below: a command doesn't say it a second time.
logging.getLogger("opensearch").addHandler(logging.NullHandler())


class ClusterUnavailable(QuestionsError):
    """The cluster can't answer now: it is out of reach, too busy, or lacks a part of the index."""


class ClusterRefused(QuestionsError):
    """The cluster answers, and won't do what it is asked."""


class ClientMissing(QuestionsError):
    """The library that talks to clusters isn't installed."""


def connect(address: ClusterAddress, *, timeout: float = TIMEOUT) -> OpenSearch:
    """A client of a cluster; nothing is asked of it yet.

    Args:
        address: of the cluster.
        timeout: seconds until an answer, unless a call says otherwise.

    Raises:
        ClientMissing: `opensearch-py` isn't installed.
    """
    try:
        import opensearchpy  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ClientMissing(
            f"{address} is in a cluster, which takes one more library: install it with "
            "`pip install 'questions-ecrites[opensearch]'`"
        ) from error
    scheme = "https" if address.encrypted else "http"
    options: dict[str, Any] = {
        "http_auth": credentials(),
        "timeout": timeout,
        "max_retries": _RETRIES,
        "retry_on_status": _BUSY,
        "retry_on_timeout": False,
        "http_compress": True,
        "pool_maxsize": _CONNECTIONS,
        "dead_timeout": _LEFT_OUT,
        "timeout_cutoff": _DOUBLED,
    }
    if address.encrypted:
        options |= {
            "use_ssl": True,
            "verify_certs": True,
            "ca_certs": address.ca and str(address.ca),
            "client_cert": address.cert and str(address.cert),
            "client_key": address.key and str(address.key),
        }
    return opensearchpy.OpenSearch([f"{scheme}://{host}" for host in address.hosts], **options)


@contextmanager
def cluster_errors(address: ClusterAddress) -> Iterator[None]:
    """Turn what the client raises into errors of ours, which say what to do.

    Raises:
        ClusterUnavailable: it can't answer now.
        IndexMissing: it has no such index.
        ClusterRefused: it won't answer, whatever happens.
    """
    import opensearchpy.exceptions as theirs  # noqa: PLC0415 - an extra

    try:
        yield
    except theirs.SSLError as error:
        raise ClusterRefused(
            f"{address} shows a certificate that can't be verified: name who vouches for it with "
            f"?ca=FILE ({_reason(error)})"
        ) from error
    except theirs.ConnectionTimeout as error:
        raise ClusterUnavailable(f"{address} doesn't answer in time: see its load") from error
    except theirs.ConnectionError as error:
        raise ClusterUnavailable(
            f"{address} can't be reached ({_reason(error)}): see that it runs"
        ) from error
    except theirs.NotFoundError as error:
        raise no_index(address) from error
    except (theirs.AuthenticationException, theirs.AuthorizationException) as error:
        raise ClusterRefused(
            f"{address} lets this user do nothing of the kind (HTTP {error.status_code}): set "
            f"{USER} and {PASSWORD}, or give the user the right to {address.name}*"
        ) from error
    except theirs.TransportError as error:
        raise _told(error, address) from error


def search_whole(
    client: OpenSearch, address: ClusterAddress, index: str, body: Mapping[str, Any]
) -> dict[str, Any]:
    """What a search answers that all shards have their part in.

    Args:
        client: of the cluster.
        address: of the index, for messages.
        index: the real name of what is searched.
        body: the search.

    Raises:
        ClusterUnavailable, ClusterRefused: the cluster can't answer, or won't.
    """
    with cluster_errors(address):
        found: dict[str, Any] = client.search(
            index=index, body=body, params={"allow_partial_search_results": "false"}
        )
    return found


def no_index(address: ClusterAddress) -> IndexMissing:
    """What is raised when a cluster has no index of that name."""
    return IndexMissing(
        f"no index in {address}: make one with `qe index SOURCE... --index {address}`, or name "
        "another with --index"
    )


def _told(error: Any, address: ClusterAddress) -> QuestionsError:
    if error.status_code in (*_BUSY, 500):
        return ClusterUnavailable(
            f"{address} can't answer now (HTTP {error.status_code}, {_reason(error)}): see "
            "`_cluster/health`"
        )
    return ClusterRefused(f"{address} refuses (HTTP {error.status_code}): {_reason(error)}")


def _reason(error: Any) -> str:
    """What the cluster says is wrong, on one line."""
    info = getattr(error, "info", None)
    if isinstance(info, dict) and isinstance(info.get("error"), dict):
        told = info["error"]
        cause = (told.get("root_cause") or [told])[0]
        return f"{cause.get('type')}: {cause.get('reason')}"[:300]
    return str(getattr(error, "error", error)).splitlines()[0][:300]
