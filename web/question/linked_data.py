"""One question in the words of schema.org (JSON-LD), for search engines and their like."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final

from index.markup import text_of_html
from index.question import Question
from web.display import full_number, title_of

LICENCE_URL: Final = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
_ASSEMBLEE: Final = {
    "@type": "GovernmentOrganization",
    "name": "Assemblée nationale",
    "url": "https://www.assemblee-nationale.fr/",
}
_FICTION: Final = "Question fictive, pour démonstration"
_ESCAPED: Final = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})
"""What could end a script element, or a line of one; in JSON it only stands in strings."""


def linked_data(question: Question, url: str) -> dict[str, Any]:
    """A question as schema.org describes one; what is unknown is left out.

    Nothing fictional is said to come from the Assemblée.

    Args:
        question: its texts are clean HTML.
        url: the address of its page.
    """
    origin: dict[str, Any] = (
        {"creativeWorkStatus": _FICTION}
        if question.fictional
        else {
            "isBasedOn": question.url_officielle,
            "license": LICENCE_URL,
            "sourceOrganization": _ASSEMBLEE,
        }
    )
    return _known(
        {
            "@context": "https://schema.org",
            "@type": "Question",
            "@id": url,
            "url": url,
            "identifier": question.uid,
            "name": title_of(question),
            "alternateName": full_number(question),
            "text": question.texte_question and text_of_html(question.texte_question),
            "about": question.rubrique,
            "inLanguage": "fr",
            "dateCreated": _iso(question.date_question),
            "author": _author(question),
            "answerCount": int(question.statut == "repondue"),
            "acceptedAnswer": _answer(question),
            **origin,
        }
    )


def script_json(data: Any) -> str:
    """JSON that may stand in a script element: no text in it ends the element."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)


def _author(question: Question) -> dict[str, Any] | None:
    if not question.auteur:
        return None
    group = question.groupe and {"@type": "Organization", "name": question.groupe}
    return _known(
        {
            "@type": "Person",
            "name": question.auteur,
            "givenName": question.prenom,
            "familyName": question.nom,
            "memberOf": group,
        }
    )


def _answer(question: Question) -> dict[str, Any] | None:
    if question.statut != "repondue":
        return None
    minister = question.ministere_developpe or question.ministere
    return _known(
        {
            "@type": "Answer",
            "text": question.texte_reponse and text_of_html(question.texte_reponse),
            "inLanguage": "fr",
            "dateCreated": _iso(question.date_reponse),
            "author": minister and {"@type": "GovernmentOrganization", "name": minister},
        }
    )


def _known(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
