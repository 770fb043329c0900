"""`qe explain`: why a question is found or isn't, and how its score was made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing

import click

from index.cluster.address import IndexAddress
from index.fields import TEXT_FIELD
from search.engine import open_engine
from search.explanation import Explanation, FieldShare, UnitShare
from search.ranking import Ranking
from web.commands.search import Option, read_request, search_options
from web.commands.shell import Failure, index_option
from web.commands.text import printable
from web.display import counted, grouped, listed, lower_initial, question_count
from web.query_string import named_question


@click.command(
    "explain",
    short_help="Say why a question is found, and how its score was made.",
    epilog="""\b
Examples:
  qe explain cotisations sociales QANR5L17QE13353
      the forms that matched, in which field, and what each was worth
  qe explain '"déserts médicaux"' 17-2621QE
  qe explain retraite QANR5L17QE2621 --statut en_attente
      with a filter: whether it is that which excludes the question
""",
)
@click.argument("words", metavar="QUERY", nargs=-1, required=True)
@click.argument("uid")
@search_options(paged=False)
@index_option
def explain_command(
    words: tuple[str, ...], uid: str, address: IndexAddress, **options: Option
) -> None:
    """Say what a search makes of one question, in words and numbers.

    The UID is the publisher's key, in any case; 17-2621QE, or an address of the question on the
    Assemblée's site, will do. How results are ranked is told in docs/relevance.md.
    """
    request = read_request(words, options)
    with closing(open_engine(address)) as engine:
        explanation = engine.explain(request, named_question(uid) or uid)
    if explanation is None:
        raise Failure(f"no question {uid} in {address}: check the législature and the number")
    click.echo(render_explanation(explanation))


def render_explanation(explanation: Explanation) -> str:
    """An explanation as French text: the verdict, then each word."""
    lines = [f"{explanation.uid} : {_verdict(explanation)}"]
    lines += [f"Exclu de la recherche, et présent : « {label} »." for label in explanation.excluded]
    for unit in explanation.units:
        lines += ["", *_unit_lines(unit, explanation.questions)]
    if explanation.nearness:
        lines += ["", f"Mots qui se suivent dans le texte : {_decimal(explanation.nearness)}"]
    return "\n".join(map(printable, lines))


def _verdict(explanation: Explanation) -> str:
    results = counted(explanation.total, "résultat")
    if explanation.rank is not None:
        return f"n° {explanation.rank} sur {results}{_score_of(explanation)}."
    if explanation.filtered:
        return f"répond aux mots, mais un filtre l’écarte{_score_of(explanation)}."
    if explanation.closest:
        missing = _quoted(explanation.missing)
        return f"parmi les plus proches : il y manque {missing}{_score_of(explanation)}."
    if explanation.missing:
        return f"n’est pas trouvée : il y manque {_quoted(explanation.missing)}."
    return "n’est pas trouvée."


def _score_of(explanation: Explanation) -> str:
    if not explanation.score:
        return ""
    if explanation.sort != "pertinence":
        return f", score {_decimal(explanation.score)}, qui ne compte pas dans ce tri"
    return f", score {_decimal(explanation.score)}"


def _unit_lines(unit: UnitShare, questions: int) -> Iterator[str]:
    if not unit.fields:
        yield f"« {unit.label} » : absent de cette question ({_count(unit.questions)})."
        return
    ranking = unit.ranking
    yield f"« {unit.label} » : {_decimal(unit.points + unit.bonus)}"
    yield (
        f"  rareté {_decimal(unit.idf)} : {_count(unit.questions)} sur {grouped(questions)} "
        f"l’ont, sous une forme ou une autre"
    )
    yield from (_field_line(share, ranking) for share in unit.fields)
    yield (
        f"  ensemble {_decimal(unit.total)} ; "
        f"rareté × ensemble ÷ ({_decimal(ranking.k1)} + ensemble) = {_decimal(unit.points)}"
    )
    if unit.typed:
        yield (
            f"  forme tapée : {_decimal(ranking.typed_weight)} × la même formule pour elle seule "
            f"(rareté {_decimal(unit.typed_idf)}, ensemble {_decimal(unit.typed)}) = "
            f"{_decimal(unit.bonus)}"
        )


def _field_line(share: FieldShare, ranking: Ranking) -> str:
    label = TEXT_FIELD[share.field].label.lower()
    return (
        f"  {label} : {_occurrences(share.forms) or f'{share.occurrences} fois'} "
        f"× {_decimal(share.weight)} = {_decimal(share.adds)} "
        f"(poids {_decimal(ranking.fields[share.field].boost)} ; {counted(share.length, 'mot')}, "
        f"{_decimal(share.average, 0)} en moyenne)"
    )


def _occurrences(forms: Mapping[str, int]) -> str:
    """How often each form occurs: (apicole 2 fois, apicoles 1 fois)."""
    told = ", ".join(f"{form} {count} fois" for form, count in forms.items())
    return f"({told})" if told else ""


def _count(questions: int) -> str:
    return lower_initial(question_count(questions))


def _quoted(labels: tuple[str, ...]) -> str:
    return listed(f"« {label} »" for label in labels)


def _decimal(value: float, decimals: int = 4) -> str:
    """A number with a comma, without zeros that say nothing."""
    written = f"{value:.{decimals}f}"
    if decimals:
        written = written.rstrip("0").rstrip(".")
    return written.replace(".", ",")
