"""`qe search`: the site's search in a terminal, and its JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import click

from index.cluster.address import IndexAddress
from search.engine import open_engine
from search.facets import FACET
from search.request import PARAMETERS, BadRequest, Parameter, SearchRequest
from web.commands.shell import index_option
from web.commands.text import render_results
from web.display import unbreakable

Option = str | tuple[str, ...] | None
"""What click gives for an option: a tuple when it may be repeated, None when it isn't given."""

_OPTIONS = tuple(parameter for parameter in PARAMETERS if parameter.name != "q")

_OF_PAGES = ("page", "par")


def _option(parameter: Parameter) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(
        _place(parameter.name),
        parameter.name,
        metavar="VALEUR",
        multiple=parameter.name in FACET,
        help=unbreakable(parameter.help),
    )


def _place(name: str) -> str:
    return "QUERY" if name == "q" else f"--{name.replace('_', '-')}"


def search_options(*, paged: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command an option for every parameter of a search but `q`, its argument.

    Args:
        paged: whether it shows one page of a search, and so takes its number and its size.
    """

    def give_options(command: Callable[..., Any]) -> Callable[..., Any]:
        for parameter in reversed(_OPTIONS):
            if paged or parameter.name not in _OF_PAGES:
                command = _option(parameter)(command)
        return command

    return give_options


def read_request(words: tuple[str, ...], options: Mapping[str, Option]) -> SearchRequest:
    """The search that a command's words and options ask for.

    Raises:
        click.UsageError: one or several values are malformed; the message has them all.
    """
    try:
        return SearchRequest.from_params([("q", " ".join(words)), *_params(options)])
    except BadRequest as error:
        lines = (f"{_place(one.parametre)}: {one.message}" for one in error.errors)
        raise click.UsageError("\n".join(lines)) from error


@click.command(
    "search",
    short_help="Search the questions and the answers.",
    epilog="""\b
Examples:
  qe search cotisations sociales
      every word, in any form, accents or not
  qe search '"déserts médicaux" -pharmacie'
      exact words in sequence, one word excluded: in quotes, or the shell and the minus get it
  qe search retraite --legislature 17 --statut en_attente --tri ancien
      the oldest questions still waiting
  qe search --ministere Santé --ministere Travail --du 2025-01-01
      without a word: everything that passes the filters
  qe search retraite --json | jq '.resultats[].uid'
      the JSON of /api/v1/questions
""",
)
@click.argument("words", metavar="[QUERY]", nargs=-1)
@search_options()
@click.option("--json", "as_json", is_flag=True, help="The JSON of /api/v1/questions.")
@index_option
def search_command(
    words: tuple[str, ...], address: IndexAddress, *, as_json: bool, **options: Option
) -> None:
    """Search the index and print what was found, ten questions a page.

    Options are the parameters of the site's address; their help is the site's.
    Finding nothing is no failure.
    """
    request = read_request(words, options)
    with closing(open_engine(address)) as engine:
        results = engine.search(request)
        if as_json:
            click.echo(json.dumps(results.as_json(), ensure_ascii=False, indent=1))
        else:
            click.echo(render_results(results, bold=sys.stdout.isatty()))


def _params(options: Mapping[str, Option]) -> Iterator[tuple[str, str]]:
    for name, given in options.items():
        values = given if isinstance(given, tuple) else (given,)
        yield from ((name, value) for value in values if value is not None)
