"""The documentation says what the program does today."""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import click
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from index.builder import build
from index.fields import TEXT_FIELDS
from index.question import RECORD_FIELDS
from search.engine import open_engine
from search.facets import FACETS
from search.query.lexer import OPERATORS
from search.ranking import BETWEEN, FOREMOST, RANKING
from search.request import PARAMETERS, SORTS
from web.application import create_app
from web.commands import main as qe
from web.settings import Settings

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"

TODAY = date(2026, 5, 12)
"""The newest date of the demo corpus."""

LEFT_OUT = "…"
"""In an example of the API: whatever stands there."""

MEASURED = ("duree_ms", "score")
"""Values of the API's examples that are not promised to the digit."""


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def load_generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = load_generator()


def test_the_reference_is_up_to_date() -> None:
    """What `make docs` would write is what stands there."""
    outcome = CliRunner().invoke(GENERATOR.main, ["--check"])

    assert outcome.output.count("is up to date\n") == len(GENERATOR.GENERATED)


def test_a_reference_that_lags_is_named_with_what_to_do(tmp_path: Path) -> None:
    """The check fails, says which table lags and which command writes it, and writes nothing."""
    lagging = tmp_path / "reference.md"
    lagging.write_text(read(DOCS / "reference.md").replace("| `titre:` |", "| `title:` |"))
    before = read(lagging)

    outcome = CliRunner().invoke(GENERATOR.main, ["--check", str(lagging)])

    assert outcome.exit_code == 1
    assert outcome.output == f"Error: {lagging} lags in fields: run `make docs`\n"
    assert read(lagging) == before


def test_a_reference_that_lags_is_brought_up_to_date(tmp_path: Path) -> None:
    """Emptied tables are filled again, and the prose around them stays."""
    emptied = tmp_path / "reference.md"
    whole = read(DOCS / "reference.md")
    emptied.write_text(
        re.sub(r"(<!-- generated: .*? -->\n).*?(?=<!-- end)", r"\1", whole, flags=re.S)
    )

    outcome = CliRunner().invoke(GENERATOR.main, [str(emptied)])

    assert outcome.exit_code == 0
    assert read(emptied) == whole


def test_a_marker_of_no_section_is_refused(tmp_path: Path) -> None:
    """A misspelt marker would otherwise be a table that nobody writes."""
    misspelt = tmp_path / "reference.md"
    misspelt.write_text("<!-- generated: feilds -->\n<!-- end -->\n")

    outcome = CliRunner().invoke(GENERATOR.main, ["--check", str(misspelt)])

    assert outcome.exit_code == 1
    assert "no section is called 'feilds'" in outcome.output


def test_the_pages_have_every_section() -> None:
    """No table that the generator knows is left out."""
    pages = "".join(map(read, GENERATOR.GENERATED))
    markers = re.findall(r"^(?:<!--|#) generated: ([\w-]+)", pages, re.MULTILINE)

    assert markers == list(GENERATOR.SECTIONS)


def read_variables() -> set[str]:
    """The variables of the environment that the program names anywhere."""
    sources = (
        path for package in ("index", "search", "web") for path in (PROJECT / package).rglob("*.py")
    )
    return {name for path in sources for name in re.findall(r"\bQE_[A-Z][A-Z_]*\b", read(path))}


def test_every_variable_that_is_read_is_declared() -> None:
    """The table of settings, and the file of deploy/, have all of them and no other."""
    file = re.findall(r"^#?(QE_\w+)=", read(GENERATOR.ENVIRONMENT_FILE), re.MULTILINE)

    assert {variable.name for variable in GENERATOR.variables()} == read_variables()
    assert sorted(file) == sorted(read_variables())


def documented_names() -> Iterator[str]:
    yield from (f"`{field.name}:`" for field in TEXT_FIELDS)
    yield from (f"`{facet.name}`" for facet in FACETS)
    yield from (f"`{parameter.name}`" for parameter in PARAMETERS)
    yield from (f"`{name}`" for name in (*SORTS, *RECORD_FIELDS))
    yield from (f"`{name}`" for name in read_variables())
    yield from (f"`qe {name}`" for name in qe.list_commands(click.Context(qe)))


@pytest.mark.parametrize("name", sorted(set(documented_names())))
def test_the_reference_names_everything(name: str) -> None:
    """Each field, facet, parameter, sort, record field, setting and command has its line."""
    lines = read(DOCS / "reference.md").splitlines()

    assert any(line.startswith((f"| {name} |", f"### {name}")) for line in lines)


@pytest.mark.parametrize("operator", OPERATORS)
def test_operators_are_in_the_query_language(operator: str) -> None:
    """Each operator's word stands in the manual of the language."""
    assert re.search(rf"`[^`]*\b{operator}\b[^`]*`", read(DOCS / "query-language.md"))


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """The site over the demo corpus."""
    directory = tmp_path_factory.mktemp("docs") / "index"
    demo = PROJECT / "demo"
    sources = [demo / name for name in ("acteurs", "organes", "questions")]
    build(sources, directory, today=TODAY, progress=lambda *_: None)
    engine = open_engine(directory)
    yield create_app(engine, settings=Settings()).test_client()
    engine.close()


def test_the_help_explains_every_field_facet_and_sort(client: FlaskClient) -> None:
    """Citizens find on /aide what their searches and addresses may hold."""
    page = client.get("/aide").text
    names = [
        *(f">{field.name}:" for field in TEXT_FIELDS),
        *(f"<code>{facet.name}</code>" for facet in FACETS),
        *(f"<code>tri={name}</code>" for name in SORTS),
        *("ET", "OU", "SAUF", "<code>du</code>", "<code>au</code>"),
        *("<code>reponse_du</code>", "<code>reponse_au</code>", "renouvelee=1", "champ=reponse"),
    ]

    assert [name for name in names if name not in page] == []


def api_examples() -> Iterator[tuple[str, str, Any]]:
    """Each method and address asked for in docs/api.md, with the JSON shown below it."""
    curl = r"\$ curl -s(?: -X (\w+))? 'http://[^/]+(\S+)'"
    pattern = rf"```console\n{curl}\n```\n\n```json\n(.*?)```"
    for method, address, shown in re.findall(pattern, read(DOCS / "api.md"), re.DOTALL):
        yield method or "GET", address, json.loads(shown)


def test_every_example_of_the_api_is_tried() -> None:
    """No request of the page escapes the pattern above."""
    assert len(list(api_examples())) == read(DOCS / "api.md").count("curl -s")


@pytest.mark.parametrize(("method", "address", "shown"), list(api_examples()))
def test_the_api_answers_what_its_page_shows(
    client: FlaskClient, method: str, address: str, shown: Any
) -> None:
    """Every name and value shown is in the answer, in that order; more may be."""
    answer = client.open(address, method=method).json

    assert differences(shown, answer) == []


def differences(shown: Any, answer: Any, place: str = "") -> list[str]:
    """Where an answer lacks what is shown."""
    if shown == LEFT_OUT:
        return []
    if isinstance(shown, dict) and isinstance(answer, dict):
        names = [name for name in answer if name in shown]
        missing = [] if names == list(shown) else [f"{place}: {names} instead of {list(shown)}"]
        inner = ((answer[name], shown[name], f"{place}.{name}") for name in names)
        return missing + [d for a, s, p in inner for d in differences(s, a, p)]
    if isinstance(shown, list) and isinstance(answer, list):
        listed = shown[: shown.index(LEFT_OUT)] if LEFT_OUT in shown else shown
        cut = listed != shown
        same = len(answer) > len(listed) if cut else len(answer) == len(listed)
        wrong = [] if same else [f"{place}: {len(answer)} values"]
        pairs = zip(listed, answer, strict=False)
        return wrong + [
            d for n, (s, a) in enumerate(pairs) for d in differences(s, a, f"{place}[{n}]")
        ]
    if place.rpartition(".")[2] in MEASURED:
        return [] if isinstance(answer, float) else [f"{place}: {answer!r}"]
    return [] if shown == answer else [f"{place}: {answer!r} instead of {shown!r}"]


def test_relevance_gives_the_constants_of_the_ranking() -> None:
    """The two numbers of the formula that no table holds are those of the code."""
    prose = read(DOCS / "relevance.md")

    assert f"`k1` is {RANKING.k1}" in prose
    assert f"a weight of {RANKING.typed_weight}" in prose
    assert f"Among the {FOREMOST} best" in prose
    assert f"at most {BETWEEN + 1} places behind the first" in prose
    assert f"`{RANKING.near_weight} · min(idf, idf)" in prose


def markdown_files() -> list[Path]:
    """The project's own pages; what tools leave in hidden folders is not ours."""
    found = (path.relative_to(PROJECT) for path in PROJECT.rglob("*.md"))
    return sorted(
        path
        for path in found
        if not any(part.startswith(".") or part == "var" for part in path.parts)
    )


@pytest.mark.parametrize("page", markdown_files(), ids=str)
def test_relative_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the project, and to a heading in it, resolves."""
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", read(PROJECT / page), flags=re.DOTALL)
    targets = re.findall(r"\]\(\s*([^)\s]+)\s*\)", prose)
    relative = [target for target in targets if not re.match(r"[a-z]+:", target)]

    assert [target for target in relative if not resolves(PROJECT / page, target)] == []


def resolves(page: Path, target: str) -> bool:
    name, _, anchor = target.partition("#")
    path = page.parent / name if name else page
    return path.exists() and (not anchor or anchor in anchors(read(path)))


def anchors(markdown: str) -> set[str]:
    """The anchors of a page's headings, as forges derive them."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", heading).lower()).replace(" ", "-")
        for heading in headings
    }


def named_by_the_threat_model() -> list[str]:
    """The tests that docs/security.md names."""
    return re.findall(r"`(tests/[\w/]+\.py::\w+)`", read(DOCS / "security.md"))


def test_the_tests_of_the_threat_model_exist() -> None:
    """A threat whose test was renamed would be held by nothing."""
    named = [test.split("::") for test in named_by_the_threat_model()]
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (PROJECT / path).exists() or f"\ndef {name}(" not in read(PROJECT / path)
    ]

    assert len(named) == read(DOCS / "security.md").count("::") > 50
    assert missing == []


def test_every_threat_has_its_test() -> None:
    """But the one that nothing holds, which is said to be so."""
    rows = re.findall(r"^\| (?!could|mistake|---)(.*) \|$", read(DOCS / "security.md"), re.M)
    without = [row.split(" | ")[0] for row in rows if "::" not in row]

    assert len(rows) > 35
    assert without == ["to write into the index directory"]


@pytest.mark.parametrize("name", ["run", "dev", "bench"])
def test_dependencies_are_locked_with_hashes(name: str) -> None:
    """Each at one version, of which every file is known; what pip is told to install is that."""
    text = read(PROJECT / "requirements" / f"{name}.txt")
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text))
    locked = [block for block in blocks if block.strip()]

    assert len(locked) > 10
    assert [b for b in locked if not re.match(r"[\w.-]+==\S+ \\\n +--hash=sha256:", b)] == []
    assert not re.search(r"(?m)^(-|\w+ @|git\+|https?:)", text)


def architecture_of(package: str) -> str:
    """What ARCHITECTURE.md says under the heading of a package."""
    sections = re.split(r"^## ", read(PROJECT / "ARCHITECTURE.md"), flags=re.MULTILINE)
    return next(section for section in sections if section.startswith(f"`{package}/`"))


@pytest.mark.parametrize("package", ["index", "search", "web"])
def test_the_tour_names_every_part_of_a_package(package: str) -> None:
    """Each module and each folder just inside a package is in the tour."""
    named = set(re.findall(r"`([\w.]+)/?`", architecture_of(package)))
    modules = {path.stem for path in (PROJECT / package).glob("[!_]*.py")}
    folders = {path.parent.name for path in (PROJECT / package).glob("[!_]*/[!.]*")}
    missing = {part for part in modules | folders if not named & {part, f"{part}.py"}}

    assert missing == set()


@pytest.mark.parametrize("package", ["index", "search", "web"])
def test_the_tour_names_no_file_that_is_gone(package: str) -> None:
    """Each file that the tour names is there."""
    named = re.findall(r"`(\w+\.py)`", architecture_of(package))

    assert [name for name in named if not (PROJECT / package / name).exists()] == []
