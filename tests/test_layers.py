"""Imports flow web → search → index, never back; engines and languages keep apart."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("index", "search", "web")
"""From the bottom up: a package imports itself and those before it."""
GENERAL = (
    "index.atomic",
    "index.columnar",
    "index.errors",
    "index.regular_file",
    "index.tokens",
)
"""What in `index` knows neither a question nor a language."""


def modules_of(package: str) -> Iterator[Path]:
    """Every module of a package."""
    yield from sorted((ROOT / package.replace(".", "/")).rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    """The names a module imports, inside functions too, each with what it takes from it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(path, node)
            found.update(f"{module}.{alias.name}" for alias in node.names)
    return found


def _absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parents = path.relative_to(ROOT).parts[: -node.level]
    return ".".join((*parents, *filter(None, [node.module])))


def importing(package: str, *names: str) -> list[str]:
    """The modules of a package that import any of these packages, with what they import."""
    return [
        f"{path.relative_to(ROOT)}: {name}"
        for path in modules_of(package)
        for name in sorted(imports_of(path))
        if any(name == other or name.startswith(f"{other}.") for other in names)
    ]


@pytest.mark.parametrize("layer", LAYERS)
def test_there_are_modules(layer: str) -> None:
    """The tests below look at something."""
    assert list(modules_of(layer))


@pytest.mark.parametrize(("layer", "above"), [("index", ("search", "web")), ("search", ("web",))])
def test_imports_flow_down(layer: str, above: tuple[str, ...]) -> None:
    """What goes in knows nothing of what comes out, and neither knows the site."""
    assert importing(layer, *above, "flask", "click") == []


def test_nothing_imports_the_tests() -> None:
    """No package leans on a test."""
    assert [found for layer in LAYERS for found in importing(layer, "tests", "pytest")] == []


def test_the_query_language_stands_alone() -> None:
    """It knows neither an engine, nor the site, nor the index."""
    allowed = ("search.query",)
    foreign = [
        found
        for found in importing("search.query", *LAYERS, "whoosh", "flask")
        if not found.split(": ")[1].startswith(allowed)
    ]

    assert foreign == []


def test_the_language_knows_no_engine() -> None:
    """French is the same on every engine: it imports nothing of ours but itself and tokens."""
    foreign = [
        found
        for found in importing("index.french", "index", "search", "whoosh")
        if not found.split(": ")[1].startswith(("index.french", "index.tokens"))
    ]

    assert foreign == []


def test_the_codec_knows_no_question() -> None:
    """It serves any corpus: no field, no French, no source."""
    foreign = [
        found
        for found in importing("index.columnar", "index", "search")
        if not found.split(": ")[1].startswith(GENERAL)
    ]

    assert foreign == []


def test_sources_know_no_engine() -> None:
    """Reading published files has nothing to do with where they are indexed."""
    assert importing("index.sources", "index.stores", "whoosh") == []


def test_whoosh_is_imported_where_it_is_adapted() -> None:
    """Only the store and the engine of Whoosh know it."""
    adapters = ("index/stores/whoosh_", "index/columnar/", "search/engines/whoosh_")
    users = [found for layer in LAYERS for found in importing(layer, "whoosh")]

    assert users != []
    assert [found for found in users if not found.startswith(adapters)] == []


def test_engines_are_opened_through_one_door() -> None:
    """The site and the commands know the protocol, not an engine."""
    assert importing("web", "search.engines") == []


def test_there_are_no_relative_imports() -> None:
    """An import says from which package it takes."""
    relative = [
        str(path.relative_to(ROOT))
        for layer in LAYERS
        for path in modules_of(layer)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_names_say_what_a_module_is() -> None:
    """No module is a drawer for everything."""
    drawers = {"utils", "util", "helpers", "misc", "common"}

    assert [path for layer in LAYERS for path in modules_of(layer) if path.stem in drawers] == []
