"""`qe show`: one question in full."""

from __future__ import annotations

import json
from contextlib import closing

import click

from index.cluster.address import IndexAddress
from search.engine import open_engine
from web.commands.shell import Failure, index_option
from web.commands.text import render_question
from web.query_string import named_question


@click.command(
    "show",
    short_help="Show one question in full.",
    epilog="""\b
Examples:
  qe show QANR5L17QE2621
  qe show 17-2621QE
  qe show QANR5L17QE2621 --json
""",
)
@click.argument("uid")
@click.option("--json", "as_json", is_flag=True, help="The record, as one JSON object.")
@index_option
def show_command(uid: str, address: IndexAddress, *, as_json: bool) -> None:
    """Show the question with this UID, and its answer, in full.

    The UID is the publisher's key, in any case; 17-2621QE, or an address of the question on the
    Assemblée's site, will do.
    """
    with closing(open_engine(address)) as engine:
        question = engine.get(named_question(uid) or uid)
        if question is None:
            raise Failure(f"no question {uid} in {address}: check the législature and the number")
        donnees_au = engine.health().donnees_au
        if as_json:
            record = question.as_record(donnees_au)
            click.echo(json.dumps(record, ensure_ascii=False, indent=1))
        else:
            click.echo(render_question(question, donnees_au))
