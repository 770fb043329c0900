"""One question as XML, législature XIV (`…QE.htm/vue/xml`): root `QUESTION`, no namespace.

Its elements are put under the keys that the open data in JSON has for them; what those mean is
said once, in `opendata_json`. Names and the seat, which JSON leaves to the actors' files, stand in
the XML itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from index.errors import MalformedRecord
from index.question import Question, SourceRank
from index.sources import opendata_json
from index.sources.actors import ordinal
from index.sources.document import Document
from index.sources.encodings import markup_text
from index.sources.published_json import find, first_text, leaves, texts
from index.sources.published_xml import parse_xml
from index.sources.rejects import Reject, Remark, read_one

_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE|QUESTION[\s>])")
_ROOT: Final = re.compile(rb"<QUESTION[\s>]")
_ERRATUM_FACTS: Final = frozenset({"date_jo", "page_jo", "type_jo", "numero_jo"})


def recognises(document: Document) -> bool:
    """Whether this is XML whose beginning holds a `QUESTION`."""
    return bool(_BEGINNING.match(document.head) and _ROOT.search(document.head))


def read(document: Document) -> Iterator[Question | Remark | Reject]:
    """The question and what in it isn't understood, or why it is none."""
    return read_one(markup_text(document), document.source, parse_question)


def parse_question(text: str, source: str, remarks: list[str]) -> Question:
    """The question of one XML file.

    Args:
        text: the XML.
        source: the file, as `Question.source`.
        remarks: takes what is left out because it is not understood.

    Raises:
        MalformedRecord: the XML is damaged, has a DTD or another root; its identity is missing
            or contradicts itself; a date is none.
    """
    parsed = parse_xml(text)
    element = parsed.get("QUESTION")
    if not isinstance(element, Mapping):
        raise MalformedRecord(f"XML whose root is {next(iter(parsed))}, not a QUESTION")
    remarks.extend(_not_understood(element))
    question = opendata_json.parse_question(_as_published(element), source, remarks)
    return replace(question, source_rank=SourceRank.XML, **_person(element))


def _as_published(element: Mapping[str, Any]) -> dict[str, Any]:
    """The question with the keys of the open data in JSON."""
    group = find(element, "GROUPE")
    return {
        "identifiant": {
            "legislature": _only(element, "LEGISLATURE"),
            "numero": _only(element, "DEPOT", "@NUMERO"),
        },
        "type": _only(element, "@TYPE"),
        "indexationAN": {
            "rubrique": find(element, "INDEXATION_AN", "@RUBRIQUE"),
            "teteAnalyse": find(element, "INDEXATION_AN", "TETE_ANALYSE"),
            "analyses": {"analyse": find(element, "INDEXATION_AN", "ANALYSE", "ANA")},
        },
        "auteur": {
            "identite": {"acteurRef": _reference("PA", find(element, "AUTEUR", "ID_ACTEUR"))},
            "groupe": {
                "organeRef": _reference("PO", find(group, "ID_GROUPE")),
                "abrege": find(group, "@SIGLE"),
                "developpe": find(group, "LIBELLE"),
            },
        },
        "minInt": _ministry(find(element, "MINI")),
        "minAttribs": {"minAttrib": _attributions(element)},
        "textesQuestion": {"texteQuestion": _asked(element)},
        "textesReponse": {"texteReponse": _answered(element)},
        "cloture": _closure(find(element, "CLOTURE")),
        "signalement": find(element, "SIGNALEMENT"),
        "renouvellements": find(element, "RENOUVELLEMENT"),
    }


def _only(element: Mapping[str, Any], *keys: str) -> str | None:
    """What stands under these keys, where several values would be several questions."""
    found = list(dict.fromkeys(texts(find(element, *keys))))
    if len(found) > 1:
        raise MalformedRecord(f"{'/'.join(keys)} is given twice: {found[0]}, then {found[1]}")
    return found[0] if found else None


def _reference(prefix: str, identifiers: list[Any]) -> str | None:
    """The key that the open data gives to an actor or a body: its number after two letters."""
    number = first_text(identifiers)
    return f"{prefix}{number}" if number and number.isdecimal() else number


def _person(element: Mapping[str, Any]) -> dict[str, Any]:
    names = {
        field: first_text(element, "AUTEUR", key)
        for field, key in (("civilite", "CIVILITE"), ("prenom", "PRENOM"), ("nom", "NOM"))
    }
    seat = first_text(element, "CIRCONSCRIPTION", "@NUMERO_CIRCONSCRIPTION")
    return {
        **names,
        "auteur": " ".join(filter(None, names.values())) or None,
        "departement": first_text(element, "CIRCONSCRIPTION", "DEPARTEMENT"),
        "circonscription": ordinal(seat),
    }


def _ministry(element: Any) -> dict[str, Any]:
    return {"abrege": find(element, "ABREGE"), "developpe": find(element, "DEVELOPPE")}


def _attributions(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the order of their numbers, the last being the current one."""
    history = sorted(find(element, "MINA", "ORDRE") or find(element, "MINA"), key=_order)
    return [
        {"infoJO": _journal(attribution), "denomination": _ministry(attribution)}
        for attribution in history
    ]


def _order(attribution: Any) -> int:
    number = first_text(attribution, "@NUMERO") or ""
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _asked(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The question as published, which two elements share, then its errata."""
    deposit = find(element, "DEPOT")
    first = {"infoJO": _journal(deposit), "texte": find(deposit, "TEXTE_DEPOT")}
    return [first, *_errata(element, "ERRATUM_QUESTION")]


def _answered(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    answers = [
        {
            "infoJO": _journal(answer, "DATE_JO_REPONSE", "PAGE_JO_REPONSE"),
            "texte": find(answer, "TEXTE_REPONSE"),
        }
        for answer in find(element, "REPONSE")
    ]
    return [*answers, *_errata(element, "ERRATUM_REPONSE")]


def _errata(element: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [
        {"infoJO": _journal(erratum)} for erratum in find(element, name) if find(erratum, "DATE_JO")
    ]


def _journal(element: Any, day: str = "DATE_JO", page: str = "PAGE_JO") -> dict[str, Any]:
    return {"dateJO": find(element, day), "pageJO": find(element, page)}


def _closure(element: list[Any]) -> dict[str, Any]:
    return {
        "codeCloture": find(element, "ABREGE"),
        "libelleCloture": find(element, "LIBELLE"),
        "infoJO": _journal(element),
    }


def _not_understood(element: Mapping[str, Any]) -> Iterator[str]:
    """What no published file was seen to hold, so that nobody knows what it says."""
    for name in ("ERRATUM_QUESTION", "ERRATUM_REPONSE"):
        for key, said in leaves(find(element, name)):
            if key not in _ERRATUM_FACTS:
                yield f"{name}/{key.upper()} {said!r:.60} is not understood"
    for keys in (("DEPOT", "TEXTE_DEPOT"), ("REPONSE", "TEXTE_REPONSE")):
        if any(isinstance(text, Mapping) for text in find(element, *keys)):
            yield f"{keys[1]} holds elements outside CDATA, whose words are left out"
