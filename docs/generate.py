"""Writes the tables of `docs/reference.md` and others from the declarations of the program.

The prose is written by hand; between `<!-- generated: NAME -->` and `<!-- end -->` stands what
the section of that name renders; in a file for machines, between `# generated: NAME` and `# end`.
`make docs` writes the files; with `--check` nothing is written, and one that lags is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from textwrap import wrap
from typing import Final, NamedTuple

import click

from index.archives import ARCHIVES_VARIABLE
from index.cluster.address import CREDENTIALS
from index.columnar.layout import ARRAYS, SHAPE_LETTERS
from index.fields import TEXT_FIELDS
from index.stores.whoosh_schema import SHAPE
from search.examples import EXAMPLES, MISTAKES, said_of
from search.facets import FACETS, Facet
from search.query.lexer import OPERATORS
from search.query.nodes import And, Fielded, Node, Not, Or, Phrase
from search.request import PARAMETERS, SORTS
from web.api.schemas import QUESTION, Schema
from web.commands import main as qe
from web.commands.shell import DONE_WITH_REJECTS, FAILED, INTERRUPTED
from web.serving.request_log import FIELDS as LOG_FIELDS
from web.settings import SETTINGS, Settings

_DOCS: Final = Path(__file__).resolve().parent
ENVIRONMENT_FILE: Final = _DOCS.parent / "deploy" / "questions-ecrites.env"
GENERATED: Final = (
    *(_DOCS / name for name in ("reference.md", "index-format.md", "query-language.md")),
    ENVIRONMENT_FILE,
)
"""The files that hold generated sections."""

_SECTION: Final = re.compile(
    r"^(?P<before><!--|#) generated: (?P<name>[\w-]+)(?P<after> -->)?\n"
    r".*?^(?P=before) end(?P=after)?$",
    re.DOTALL | re.MULTILINE,
)


class UnknownSection(ValueError):
    """A marker names a section that this generator doesn't know."""


def render(text: str) -> str:
    """The text with every generated section rendered anew.

    Raises:
        UnknownSection: a marker's name is none of `SECTIONS`.
    """
    return _SECTION.sub(_rendered_section, text)


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when the file lags.")
@click.argument("pages", nargs=-1, type=click.Path(exists=True, path_type=Path))
def main(pages: tuple[Path, ...], *, check: bool) -> None:
    """Write the generated parts of PAGES, of all files that have any unless some are given."""
    for page in pages or GENERATED:
        _update(page, check=check)


def _update(page: Path, *, check: bool) -> None:
    current = page.read_text(encoding="utf-8")
    try:
        expected = render(current)
    except UnknownSection as error:
        raise click.ClickException(f"{page}: {error}") from error
    if current == expected:
        click.echo(f"{page} is up to date")
    elif check:
        raise click.ClickException(
            f"{page} lags in {', '.join(_lagging(current, expected))}: run `make docs`"
        )
    else:
        page.write_text(expected, encoding="utf-8")
        click.echo(f"{page} written: {', '.join(_lagging(current, expected))}")


def _rendered_section(match: re.Match[str]) -> str:
    name = match["name"]
    if name not in SECTIONS:
        raise UnknownSection(f"no section is called {name!r}: one of {', '.join(SECTIONS)}")
    body = "\n".join(SECTIONS[name]())
    before, after = match["before"], match["after"] or ""
    return f"{before} generated: {name}{after}\n\n{body}\n\n{before} end{after}"


def _lagging(current: str, expected: str) -> Iterator[str]:
    """The names of the sections that differ; both texts have the same ones in the same order."""
    pairs = zip(_SECTION.finditer(current), _SECTION.finditer(expected), strict=True)
    return (new["name"] for old, new in pairs if old[0] != new[0])


def _table(heading: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    names = list(heading)
    yield _row(names)
    yield "|" + "---|" * len(names)
    yield from map(_row, rows)


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def _code(text: object) -> str:
    return f"`{text}`"


def _optional_code(text: str | None) -> str:
    return "" if text is None else _code(text)


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _fields() -> Iterator[str]:
    return _table(
        ("prefix", "label", "boost", "b", "searched without a prefix"),
        (
            (_code(f"{field.name}:"), field.label, field.boost, field.b, _yes(field.unfielded))
            for field in TEXT_FIELDS
        ),
    )


def _operators() -> Iterator[str]:
    spellings: dict[str, list[str]] = {}
    for word, kind in OPERATORS.items():
        spellings.setdefault(kind.name, []).append(_code(word))
    return _table(
        ("operator", "typed"),
        ((kind.lower(), ", ".join(words)) for kind, words in spellings.items()),
    )


def _facets() -> Iterator[str]:
    return _table(
        ("name", "label", "order", "also named by"),
        ((_code(f.name), f.label, _order(f), _optional_code(f.aliases)) for f in FACETS),
    )


def _order(facet: Facet) -> str:
    return "value, descending" if facet.descending else "count, then name"


def _values() -> Iterator[str]:
    return _table(
        ("facet", "value", "label"),
        (
            (_code(facet.name), _code(value), facet.alone(value))
            for facet in FACETS
            for value in facet.values or ()
        ),
    )


def _parameters() -> Iterator[str]:
    return _table(("name", "help"), ((_code(p.name), p.help) for p in PARAMETERS))


def _sorts() -> Iterator[str]:
    return _table(("value", "label"), ((_code(name), label) for name, label in SORTS.items()))


def _record() -> Iterator[str]:
    return _table(
        ("name", "JSON", "may be null"),
        (
            (_code(name), _in_words(schema), _yes("null" in schema["type"]))
            for name, schema in QUESTION["properties"].items()
        ),
    )


def _in_words(schema: Schema) -> str:
    """What a JSON Schema says of a value, briefly."""
    kind = next(iter(schema["type"])) if isinstance(schema["type"], list) else schema["type"]
    if kind == "array":
        return f"list of {_in_words(schema['items'])}"
    if kind == "object":
        return f"{{{', '.join(schema['properties'])}}}"
    return "date" if schema.get("format") == "date" else _WORDS_FOR.get(kind, kind)


_WORDS_FOR: Final[Mapping[str, str]] = {"integer": "number", "boolean": "true or false"}


def _commands() -> Iterator[str]:
    group = click.Context(qe)
    for rank, name in enumerate(qe.list_commands(group)):
        command = qe.get_command(group, name)
        assert command is not None
        context = click.Context(command, info_name=f"qe {name}", color=False)
        usage = command.collect_usage_pieces(context)
        yield from [""] * (rank > 0)
        yield from (f"### `qe {name}`", "", command.get_short_help_str(limit=200), "")
        yield from ("```text", f"qe {name} {' '.join(usage)}", "```", "")
        yield from _table(("option", "help"), _options(command, context))


def _options(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Each option as `--help` shows it; the arguments stand in the line above the table."""
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record is not None and isinstance(parameter, click.Option):
            # Plain spaces only: the no-break ones belong to the French of the help.
            yield _code(record[0]), re.sub(" {2,}", " ", record[1])


def _exit_codes() -> Iterator[str]:
    meanings = {
        0: "done; a search that finds nothing is done too",
        FAILED: "failed: the index is missing or damaged, no such question, the port is taken, "
        "nothing recognised in the sources, a published archive is gone or has shrunk, no new JO",
        click.UsageError.exit_code: "bad usage: an unknown option, a malformed value",
        DONE_WITH_REJECTS: "done, with rejects: the rest is indexed",
        INTERRUPTED: "interrupted with Ctrl+C",
    }
    return _table(("code", "meaning"), meanings.items())


class Variable(NamedTuple):
    """A variable of the environment that the program reads.

    Attributes:
        name: of it. help: what it is for.
        default: what holds without it; None when nothing does.
        readers: the commands that read it.
    """

    name: str
    help: str
    default: object
    readers: tuple[str, ...]


_SITE: Final = "qe serve"
"""The command that reads the settings of the site."""

_ALSO_READ: Final[Mapping[str, tuple[str, ...]]] = {ARCHIVES_VARIABLE: ("qe index --rebuild",)}
"""Commands that read a variable though none of their options does."""


def variables() -> Iterator[Variable]:
    """Every variable that the program reads: those of options, of clusters, and of the site."""
    yield from _variables_of_options()
    commands = tuple(f"qe {name}" for name in qe.list_commands(click.Context(qe)))
    for name, help_ in CREDENTIALS.items():
        yield Variable(name, help_, None, commands)
    defaults = {field.name: field.default for field in fields(Settings)}
    for name, (variable, help_) in SETTINGS.items():
        yield Variable(variable, help_, _given(defaults[name]), (_SITE,))


def _variables_of_options() -> Iterator[Variable]:
    group = click.Context(qe)
    options: dict[str, click.Option] = {}
    readers: dict[str, list[str]] = {}
    for name in qe.list_commands(group):
        command = qe.get_command(group, name)
        assert command is not None
        for option in command.params:
            if isinstance(option, click.Option) and isinstance(option.envvar, str):
                options[option.envvar] = option
                readers.setdefault(option.envvar, []).append(f"qe {name}")
    for variable in sorted(options, key=lambda v: -len(readers[v])):
        option = options[variable]
        commands = (*readers[variable], *_ALSO_READ.get(variable, ()))
        default = option.to_info_dict()["default"]
        yield Variable(variable, option.help or "", _given(default), commands)


def _given(default: object) -> object:
    return None if default in ("", (), None) else default


def _settings() -> Iterator[str]:
    every = len(qe.list_commands(click.Context(qe)))
    return _table(
        ("variable", "what it is for", "default", "read by"),
        (
            (
                _code(variable.name),
                variable.help,
                "none" if variable.default is None else variable.default,
                "every command" if len(variable.readers) == every else _typed(*variable.readers),
            )
            for variable in variables()
        ),
    )


def _log_fields() -> Iterator[str]:
    return _table(("field", "what it says"), ((_code(f), said) for f, said in LOG_FIELDS.items()))


_HOSTED: Final[Mapping[str, str]] = {
    "QE_INDEX": "/var/lib/questions-ecrites/index",
    "QE_ARCHIVES": "/var/lib/questions-ecrites/archives",
    "QE_URL": "https://questions.example.org",
    "QE_PROXIES": "1",
}
"""The values of a site installed as docs/operations.md says, behind nginx."""


def _environment() -> Iterator[str]:
    for rank, variable in enumerate(variables()):
        yield from [""] * (rank > 0)
        yield from wrap(variable.help, 96, initial_indent="# ", subsequent_indent="# ")
        if variable.name in _HOSTED:
            yield f"{variable.name}={_HOSTED[variable.name]}"
        else:
            value = "" if variable.default is None else variable.default
            yield f'#{variable.name}="{value}"'


def _array_shapes() -> Iterator[str]:
    return (f"- {letter}: {meaning}" for letter, meaning in SHAPE_LETTERS.items())


def _arrays() -> Iterator[str]:
    return _table(
        ("array", "type", "shape", "what an entry says"),
        ((_code(a.name), ", ".join(a.dtypes), a.shape, a.meaning) for a in ARRAYS),
    )


def _index_shape() -> Iterator[str]:
    kinds = {
        "indexed fields": SHAPE.fields,
        "marked fields": SHAPE.marked_fields,
        "integer columns": SHAPE.integers,
        "text columns": SHAPE.texts,
        "key columns": SHAPE.keys,
        "relations": SHAPE.relations,
    }
    return (f"- {kind}: {', '.join(map(_code, names))}" for kind, names in kinds.items())


def _examples() -> Iterator[str]:
    return _table(
        ("typed", "tree", "finds"),
        (
            (_typed(example.shown, *example.also), _code(_outline(example.tree)), example.finds)
            for example in EXAMPLES
        ),
    )


def _typed(*spellings: str) -> str:
    return ", ".join(map(_code, spellings))


def _outline(node: Node) -> str:
    """The kinds of a tree's nodes, one in the other, without their words."""
    kind = type(node).__name__
    match node:
        case And(nodes) | Or(nodes):
            return f"{kind}({', '.join(map(_outline, nodes))})"
        case Not(inner):
            return f"{kind}({_outline(inner)})"
        case Fielded(name, inner):
            return f"{kind}({name}, {_outline(inner)})"
        case Phrase(_, slop) if slop is not None:
            return f"{kind}(slop={slop})"
    return kind


def _mistakes() -> Iterator[str]:
    return _table(
        ("typed", "said"), ((_code(typed), " ".join(said_of(typed))) for typed in MISTAKES)
    )


SECTIONS: Final[Mapping[str, Callable[[], Iterator[str]]]] = {
    "fields": _fields,
    "operators": _operators,
    "facets": _facets,
    "values": _values,
    "parameters": _parameters,
    "sorts": _sorts,
    "record": _record,
    "commands": _commands,
    "exit-codes": _exit_codes,
    "settings": _settings,
    "log-fields": _log_fields,
    "array-shapes": _array_shapes,
    "arrays": _arrays,
    "index-shape": _index_shape,
    "examples": _examples,
    "mistakes": _mistakes,
    "environment": _environment,
}
"""What each marker's name stands for: the lines of a section."""


if __name__ == "__main__":
    main()
