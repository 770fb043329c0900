"""The page of one question, the ways to quote it, and the addresses that lead to it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final, NamedTuple

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from index.question import Question, make_uid, parse_uid
from search.request import SearchRequest
from search.results import question_url
from web.errors import QuestionNotFound
from web.pages.routes import result_link
from web.query_string import (
    PLACE,
    Params,
    canonical_uid,
    named_question,
    parse_leniently,
    read_params,
    search_params,
    with_param,
)
from web.question.citation import CITATION_FORMATS, citation
from web.question.deadline import deadline_kept
from web.question.highlights import Highlights, number_marks
from web.question.linked_data import linked_data, script_json
from web.question.neighbours import Place, find_place
from web.question.record import (
    NO_QUESTION_TEXT,
    held_in_sitting,
    missing_answer,
    question_summary,
    readable,
    timeline,
    with_clean_texts,
    withdrawal,
)
from web.site import current_site, public_url
from web.view import View, readable_view

question_pages = Blueprint("question_pages", __name__)

HIGHLIGHTING: Final = "surlignage"
"""The parameter that leaves the words of a search unmarked; no other page has it."""
UNMARKED: Final = "0"


class Reading(NamedTuple):
    """What follows the address of a question; what can't be read there changes nothing.

    Attributes:
        asked: the search that led to it. rank: its place there, None when unknown.
        marked: whether the words of the search are to be marked.
        view: how its results were shown.
    """

    asked: SearchRequest
    rank: int | None
    marked: bool
    view: View

    @classmethod
    def of(cls, params: Params) -> Reading:
        """Read the parameters; no value of theirs makes a question unreadable."""
        given = dict(params)
        rank = given.get(PLACE, "")
        return cls(
            parse_leniently(search_params(params)),
            int(rank) if re.fullmatch("[1-9][0-9]{0,8}", rank) else None,
            given.get(HIGHLIGHTING) != UNMARKED,
            readable_view(params),
        )

    def at(self, place: Place, rank: int) -> Reading:
        """The same search at another place, on the page of results that shows it."""
        page = self.asked.page if place.closest else -(-rank // self.asked.par)
        return self._replace(asked=replace(self.asked, page=page), rank=rank)

    def url(self, uid: str) -> str:
        """The address of a question read this way."""
        url = self.view.url(self.asked, question_url(uid))
        if self.rank is not None:
            url = result_link(self.asked, self.view, uid, self.rank)
        return url if self.marked else with_param(url, HIGHLIGHTING, UNMARKED)


@question_pages.get("/questions/<uid>")
def show_question(uid: str) -> ResponseReturnValue:
    """One question, its words marked when a search led to it."""
    spelt = canonical_uid(uid)
    if spelt is not None and spelt != uid:
        return _moved(question_url(spelt), with_query=True)
    return _question(_held(spelt), Reading.of(read_params(request.query_string)))


@question_pages.get("/questions/<uid>.<any(bib, ris):suffix>")
def download_citation(uid: str, suffix: str) -> ResponseReturnValue:
    """One question as a reference, for programs that keep references."""
    spelt = canonical_uid(uid)
    if spelt is not None and spelt != uid:
        return _moved(f"{question_url(spelt)}.{suffix}")
    question = readable(_held(spelt))
    format_ = CITATION_FORMATS[suffix]
    answer = Response(format_.write(question, _address(question)), mimetype=format_.mimetype)
    answer.headers["Content-Disposition"] = f'attachment; filename="{question.uid}.{suffix}"'
    return answer


def _held(uid: str | None) -> Question:
    """The question of a uid in its one spelling; raises QuestionNotFound."""
    question = current_site().engine.get(uid) if uid else None
    if question is None:
        raise QuestionNotFound
    return question


def _question(held: Question, reading: Reading) -> str:
    site, asked = current_site(), reading.asked
    question = with_clean_texts(readable(held))
    donnees_au = site.engine.health().donnees_au
    similar = site.engine.similar(held)
    place = find_place(site.engine, asked, held.uid, reading.rank) if reading.rank else None
    return render_template(
        "question.html",
        question=question,
        recherche=asked,
        surlignage=_highlights(question, reading),
        surlignage_retire=bool(asked.q) and not reading.marked,
        autre_surlignage=reading._replace(marked=not reading.marked).url(held.uid),
        retour=_way_back(reading, place),
        place=place,
        voisines=_neighbours(reading, place),
        dates=timeline(question),
        delai_tenu=deadline_kept(question, donnees_au),
        en_seance=held_in_sitting(question),
        sans_question=NO_QUESTION_TEXT,
        sans_texte_reponse=missing_answer(question),
        retrait=withdrawal(question, dated=True),
        resume=question_summary(question, donnees_au),
        memes=_readable(site.engine.same_answer(held)),
        mots_proches=similar.words,
        proches=_readable(similar.questions),
        **_to_quote(question),
        canonique=question_url(question.uid),
    )


def _to_quote(question: Question) -> dict[str, Any]:
    """The question as a sentence, as references to copy, and as data."""
    url = _address(question)
    return {
        "citation": citation(question, url),
        "references": [(form, form.write(question, url)) for form in CITATION_FORMATS.values()],
        "donnees_liees": Markup(script_json(linked_data(question, url))),
    }


def _address(question: Question) -> str:
    """The whole address of a question's page."""
    return public_url(question_url(question.uid))


def _readable(questions: Iterable[Question]) -> list[Question]:
    return [readable(question) for question in questions]


def _highlights(question: Question, reading: Reading) -> Highlights | None:
    """The question with its marks numbered; None when nothing is to be marked."""
    if not (reading.asked.q and reading.marked):
        return None
    return number_marks(current_site().engine.highlight([question], reading.asked)[0])


def _way_back(reading: Reading, place: Place | None) -> str | None:
    """The results a question was reached from, at its place in them."""
    if reading.rank is None and not reading.asked.to_params():
        return None
    anchor = "p" if place and place.closest else "r"
    return reading.view.url(reading.asked) + (f"#{anchor}{reading.rank}" if reading.rank else "")


def _neighbours(reading: Reading, place: Place | None) -> list[tuple[str, str, str]]:
    """The links to the questions before and after, each with its relation and its words."""
    if place is None:
        return []
    both = (
        ("prev", "Question précédente", place.before, place.rank - 1),
        ("next", "Question suivante", place.after, place.rank + 1),
    )
    return [
        (relation, words, reading.at(place, rank).url(uid))
        for relation, words, uid, rank in both
        if uid is not None
    ]


def _moved(url: str, *, with_query: bool = False) -> ResponseReturnValue:
    query = request.query_string.decode("ascii", "replace") if with_query else ""
    return redirect(f"{url}?{query}" if query else url, 301)


@question_pages.get("/<any(q, Q):_><string(maxlength=3):legislature>/<path:name>")
@question_pages.get(
    "/<any(dyn, Dyn, DYN):_>/<string(maxlength=3):legislature>/questions/<path:name>"
)
def official_address(_: str, legislature: str, name: str) -> ResponseReturnValue:
    """The Assemblée's own addresses of a question, page, PDF or XML, in any case.

    Such as `/q17/17-2621QE.htm` and `/dyn/17/questions/QANR5L17QE2621.pdf`.
    """
    if not legislature.isdecimal():
        raise NotFound
    uid = named_question(name)
    parts = parse_uid(uid or "")
    if parts is None or str(parts[0]) != legislature:
        raise QuestionNotFound
    return _moved(question_url(make_uid(*parts)))


@question_pages.app_template_global("lien_facette")
def facet_link(facet: str, value: str | int | None) -> str | None:
    """The address of the questions that bear a value; None when there is none."""
    text = "" if value is None else str(value)
    if not text:
        return None
    return SearchRequest().with_choice(facet, text).url()
