"""Open data of the Assemblée nationale in JSON, législatures XIV to XVII: `question`, one a file
or all of an archive in one, of hundreds of megabytes.

Format: https://data.assemblee-nationale.fr/ (licence ouverte); keys seen on published files of
questions au Gouvernement of the XVIe, those of the XIVe and XVe (`ANALYSE`, dates DD/MM/YYYY)
reported by programs that read them, the shapes of other types read leniently (see
`published_json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, Final

from unidecode import unidecode

from index.errors import MalformedRecord
from index.markup import clean_html
from index.question import Attribution, Question, SourceRank, make_question
from index.sources.document import Document
from index.sources.json_records import Record, read_records
from index.sources.published_json import (
    event_dates,
    find,
    first_date,
    first_integer,
    first_page,
    first_text,
    leaves,
    raw_text,
    texts,
)
from index.sources.rejects import Reject, Remark, make_reject, make_remarks

_LOOKED_AT: Final = 20
"""How many records without a name are looked at: a damaged one must not hide the others."""

_INDEXING: Final = frozenset({"rubrique", "teteAnalyse", "analyses", "ANALYSE"})
"""What is understood of `indexationAN`."""

_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\\u00(?:0[0-8bcefBCEF]|1[0-9a-fA-F])")
"""Control characters other than white space, bare or escaped."""

_UID: Final = re.compile(rb'"uid"\s*:\s*"([A-Z0-9]{1,30})"')

_ANSWERED: Final = re.compile(r"rep(?:_|onse)")
"""A closure by an answer, in its code (`REP_PUB`) or its wording; any other is a withdrawal."""


def recognises(document: Document) -> bool:
    """Whether this is JSON that holds questions where archives do."""
    return document.begins_like_json and any(
        _holds_question(record) for record in islice(read_records(document), _LOOKED_AT)
    )


def read(document: Document) -> Iterator[Question | Remark | Reject]:
    """Each question of the document and what in it isn't understood, or why it is none."""
    for record in read_records(document):
        try:
            questions = _questions(record)
        except MalformedRecord as error:
            yield make_reject(document.source, _place(record), str(error), record.data)
            continue
        if not questions:
            yield make_reject(document.source, _place(record), "not a question", record.data)
        for published in questions:
            yield from _read_question(published, record, document.source)


def _read_question(
    published: Mapping[str, Any], record: Record, source: str
) -> Iterator[Question | Remark | Reject]:
    remarks: list[str] = []
    try:
        question = parse_question(published, source, remarks)
    except MalformedRecord as error:
        place = first_text(published, "uid") or _place(record)
        yield make_reject(source, place, str(error), _beginning(published))
        return
    if _CONTROLS.search(record.data):
        remarks.append("control characters, such as NUL, were taken out")
    yield question
    yield from make_remarks(question, remarks)


def parse_question(published: Mapping[str, Any], source: str, remarks: list[str]) -> Question:
    """One question from the object under `question`.

    A list of answers or of question texts holds the errata: the last is the current text. Date
    and page are those of the first publication, which the deadline and the delay count from.

    Args:
        published: the object under `question`.
        source: the file, as `Question.source`.
        remarks: takes what is left out because it is not understood.

    Raises:
        MalformedRecord: its identity is missing or contradicts itself, or a date is none.
    """
    closure, closed_as = _closure(published, remarks)
    attributions = _attributions(published, remarks)
    return make_question(
        source=source,
        source_rank=SourceRank.JSON,
        closed_as=closed_as,
        **_identity(published),
        **_indexing(published, remarks),
        **_author(published),
        **_ministries(published, attributions),
        **_sitting(
            published,
            attributions,
            _publication(published, closure if closed_as == "repondue" else {}, remarks),
            answered=closed_as == "repondue",
        ),
        **_events(published, remarks),
        **_withdrawal(closure if closed_as == "retiree" else {}),
    )


def _holds_question(record: Record) -> bool:
    try:
        return record.name == "question" or bool(_questions(record))
    except MalformedRecord:
        return False


def _place(record: Record) -> str:
    """The uid where the bytes show it, else which record of the document it is."""
    uid = _UID.search(record.data)
    return uid[1].decode() if uid else f"record {record.number}"


def _questions(record: Record) -> list[Mapping[str, Any]]:
    """The questions of a record: itself, those under `question` in it, or those in its lists.

    Raises:
        MalformedRecord: its bytes cannot be read.
    """
    found: list[Mapping[str, Any]] = []
    for entry in find(record.parse()):
        inner = [] if _is_question(entry) else list(filter(_is_object, find(entry, "question")))
        itself = _is_question(entry) or (record.name == "question" and _is_object(entry))
        found.extend(inner or ([entry] if itself else []))
    return found


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_question(entry: Any) -> bool:
    return isinstance(entry, Mapping) and "identifiant" in entry


def _identity(published: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "uid": first_text(published, "uid"),
        "legislature": first_integer("legislature", published, "identifiant", "legislature"),
        "type": first_text(published, "type"),
        "numero": first_integer("numero", published, "identifiant", "numero"),
    }


def _indexing(published: Mapping[str, Any], remarks: list[str]) -> dict[str, Any]:
    """Headings and title; the title is under `analyses`, in the XVe under `ANALYSE`."""
    indexing = find(published, "indexationAN")
    analyses, capitals = find(indexing, "analyses"), find(indexing, "ANALYSE")
    titles = (
        texts(find(analyses, "analyse"))
        or texts(analyses)
        or texts(find(capitals, "ANA"))
        or texts(capitals)
    )
    remarks.extend(_unknown(indexing))
    return {
        "titre": " ; ".join(titles),
        "tete_analyse": first_text(indexing, "teteAnalyse"),
        "rubrique": first_text(indexing, "rubrique"),
    }


def _unknown(indexing: Sequence[Any]) -> Iterator[str]:
    """What an indexing says that nobody asks it."""
    for key, value in (item for part in filter(_is_object, indexing) for item in part.items()):
        said = leaves(value)
        if said and key not in _INDEXING and not key.startswith("@"):
            yield f"indexationAN.{key} {said[0][1]!r:.60} is of an unknown kind"


def _author(published: Mapping[str, Any]) -> dict[str, Any]:
    """The reference, and the group by name; a group known by reference only keeps that."""
    group = find(published, "auteur", "groupe")
    sigle = first_text(group, "abrege")
    return {
        "acteur_ref": first_text(published, "auteur", "identite", "acteurRef"),
        "groupe": first_text(group, "developpe") or sigle or first_text(group, "organeRef"),
        "groupe_sigle": sigle,
    }


def _ministries(
    published: Mapping[str, Any], attributions: Sequence[Attribution]
) -> dict[str, Any]:
    asked = find(published, "minInt")
    asked_name = _short_name(asked)
    return {
        "ministere": attributions[-1].ministere if attributions else asked_name,
        "ministere_developpe": (
            attributions[-1].ministere_developpe if attributions else first_text(asked, "developpe")
        ),
        "ministere_interroge": asked_name,
        "attributions": attributions,
    }


def _attributions(published: Mapping[str, Any], remarks: list[str]) -> list[Attribution]:
    history = []
    for attribution in find(published, "minAttribs", "minAttrib"):
        named = find(attribution, "denomination") or [attribution]
        name = _short_name(named)
        if name is not None:
            day = first_date("minAttrib.infoJO.dateJO", attribution, remarks, "infoJO", "dateJO")
            history.append(Attribution(day, name, first_text(named, "developpe")))
    return history


def _short_name(named: Any) -> str | None:
    return first_text(named, "abrege") or first_text(named, "developpe")


def _publication(
    published: Mapping[str, Any], closure: Mapping[str, Any], remarks: list[str]
) -> dict[str, Any]:
    """Texts, dates and pages of the question and of its answer, and the date of their errata."""
    questions = _publications(published, "textesQuestion", "texteQuestion")
    answers = _publications(published, "textesReponse", "texteReponse")
    asked, question_page, question_errata = _published_at("texteQuestion", questions, remarks)
    answered, answer_page, answer_errata = _published_at("texteReponse", answers, remarks)
    answered = answered or closure.get("date")
    if answered is not None and answered == closure.get("date"):
        answer_page = answer_page or closure.get("page")
    return {
        "texte_question": _current_text(questions),
        "texte_reponse": _current_text(answers),
        "date_question": asked,
        "page_jo_question": question_page,
        "date_reponse": answered,
        "page_jo_reponse": answer_page,
        "date_erratum": max((*question_errata, *answer_errata), default=None),
    }


def _sitting(
    published: Mapping[str, Any],
    attributions: Sequence[Attribution],
    publication: dict[str, Any],
    *,
    answered: bool,
) -> dict[str, Any]:
    """The publication with the dates it lacks.

    A question is given to a ministère the day it is published. One au Gouvernement without a text
    was asked and answered in one sitting, of which the record keeps the exchange only.
    """
    attributed = attributions[0].date if attributions else None
    asked, replied = publication["date_question"], publication["date_reponse"]
    questions = _publications(published, "textesQuestion", "texteQuestion")
    if not questions and first_text(published, "type") == "QG":
        asked = replied or attributed
        replied = asked if publication["texte_reponse"] or answered else replied
    return publication | {"date_question": asked or attributed, "date_reponse": replied}


def _publications(published: Mapping[str, Any], plural: str, singular: str) -> list[Any]:
    parents = find(published, plural)
    return find(parents, singular) or [parent for parent in parents if _holds_text(parent)]


def _holds_text(parent: Any) -> bool:
    return bool(find(parent, "texte")) or raw_text(parent) is not None


def _current_text(publications: list[Any]) -> str | None:
    """The last text of all that are not empty."""
    for publication in reversed(publications):
        for value in find(publication, "texte") or [publication]:
            text = clean_html(raw_text(value))
            if text is not None:
                return text
    return None


def _published_at(
    name: str, publications: list[Any], remarks: list[str]
) -> tuple[date | None, int | None, list[date]]:
    """Date and page of the first dated publication, and the dates of those after it."""
    dated = [
        (day, publication)
        for publication in publications
        if (day := first_date(f"{name}.infoJO.dateJO", publication, remarks, "infoJO", "dateJO"))
    ]
    day, first = dated[0] if dated else (None, publications[:1])
    page = first_page(f"{name}.infoJO.pageJO", first, remarks, "infoJO", "pageJO")
    return day, page, [erratum for erratum, _ in dated[1:]]


def _closure(published: Mapping[str, Any], remarks: list[str]) -> tuple[dict[str, Any], str | None]:
    """What closed the question, and whether that was an answer or a withdrawal."""
    closure = find(published, "cloture")
    if not leaves(closure):
        return {}, None
    code = first_text(closure, "codeCloture")
    wording = first_text(closure, "libelleCloture") or first_text(closure)
    # Dated by its JO where there is one: that is the date a page of the publisher shows.
    day, page, _ = _published_at("cloture", closure, remarks)
    found = {
        "date": day or first_date("cloture.dateCloture", closure, remarks, "dateCloture"),
        "page": page,
        "wording": wording or code,
    }
    return found, "repondue" if _closed_by_answer(published, code, wording) else "retiree"


def _closed_by_answer(published: Mapping[str, Any], code: str | None, wording: str | None) -> bool:
    if code is None and wording is None:
        # It says that the question is closed, not by what.
        answers = _publications(published, "textesReponse", "texteReponse")
        return _current_text(answers) is not None or bool(find(answers, "infoJO", "dateJO"))
    return says_answered(code, wording)


def says_answered(*said: str | None) -> bool:
    """Whether the code or the wording of a closure is that of an answer."""
    return any(_ANSWERED.match(unidecode(words or "").lower()) for words in said)


def _withdrawal(closure: Mapping[str, Any]) -> dict[str, Any]:
    return {"date_retrait": closure.get("date"), "motif_retrait": closure.get("wording")}


def _events(published: Mapping[str, Any], remarks: list[str]) -> dict[str, Any]:
    flagged = [
        day
        for value in find(published, "signalement")
        for day in event_dates("signalement", value, "signal", remarks)
    ]
    renewals = find(published, "renouvellements", "renouvellement") or find(
        published, "renouvellements"
    )
    return {
        "date_signalement": min(flagged, default=None),
        "dates_renouvellement": [
            day
            for value in renewals
            for day in event_dates("renouvellements", value, "renouvel", remarks)
        ],
    }


def _beginning(published: Mapping[str, Any]) -> str:
    """The plain values of a record: enough to find it again."""
    plain = {key: value for key, value in published.items() if isinstance(value, (str, int))}
    return json.dumps(plain, ensure_ascii=False)
