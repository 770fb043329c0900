"""Every engine answers to the same names, with the same parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from search.engine import Engine
from search.engines.opensearch_engine import OpenSearchEngine
from search.engines.whoosh_engine import WhooshEngine
from tests.conformance.reference_engine import ReferenceEngine

METHODS = sorted(name for name in vars(Engine) if not name.startswith("_"))
ENGINE_CLASSES = (WhooshEngine, OpenSearchEngine)


def signature(method: Callable[..., Any]) -> str:
    return str(inspect.signature(method, eval_str=False))


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("engine", ENGINE_CLASSES)
def test_an_engine_has_the_methods_of_the_protocol(engine: type, name: str) -> None:
    """A method takes and returns what the protocol says, under the same names."""
    assert signature(getattr(engine, name)) == signature(getattr(Engine, name))


@pytest.mark.parametrize("engine", ENGINE_CLASSES)
def test_an_engine_has_no_other_method(engine: type) -> None:
    """What the protocol lacks, no page could use on every engine."""
    public = {name for name in vars(engine) if not name.startswith("_")}

    assert sorted(public) == METHODS


@pytest.mark.parametrize("name", ["search", "statistics", "listing", "close"])
def test_the_reference_engine_is_asked_like_the_others(name: str) -> None:
    """The reference engine only searches, counts and lists, under the names of the protocol."""
    assert signature(getattr(ReferenceEngine, name)) == signature(getattr(Engine, name))
