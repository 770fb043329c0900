"""Hypothesis strategies: small corpora that share words and values, and searches of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from index.markup import text_of_html
from index.question import Question, make_question
from search.facets import EN_RETARD
from search.query.nodes import And, Draft, Fielded, Node, Not, Or, Phrase, Prefix, Word
from search.request import SORTS, SearchRequest

WORDS = (
    *("chat", "chats", "travail", "travaux", "élève", "élevé", "eleve", "Élèves", "école"),
    *("l’école", "d'Haÿ", "retraité", "retraitées", "retraite", "médecin", "medecins"),
    *("auto-entrepreneur", "autoentrepreneurs", "auto", "entrepreneurs", "Pas-de-Calais"),
    *("prud’hommes", "prudhommes", "infirmier-e-s", "1 960", "1960", "6,6", "17", "2621QE"),
    *("E.H.P.A.D.", "EHPAD", "MES", "mes", "n° 12", "le", "de", "à", "et", "pas"),
    # A sigle and its developed form, one that is also a word, one with a hyphen in its form.
    *("ARS", "ars", "agence", "régionale", "régionales", "santé", "PLU", "plu", "plaît", "plan"),
    *("local", "d’urbanisme", "IME", "institut", "médico-éducatif"),
    # Words that the lexicon lacks.
    *("zorglé", "zorgles", "zorglée", "bistrelle", "bistrelles"),
)  # fmt: skip
NAMES = (
    *("agence régionale de santé", "Agences régionales santé", "plan local d’urbanisme"),
    *("institut médico-éducatif", "INSTITUT MEDICO EDUCATIF"),
)
"""Developed forms of sigles, which random words seldom make."""
QUERY_WORDS = tuple(word for word in WORDS if not word.startswith("n°"))
BEGINNINGS = ("chat", "trav", "éle", "auto", "auto-entr", "l’éc", "prud", "19", "z", "e")
DAYS = tuple(date(2025, 1, 7) + timedelta(days=days) for days in (0, 1, 30, 60, 90, 400))

VALUES: Mapping[str, tuple[str | None, ...]] = {
    "rubrique": ("Santé", "sante", "Élus locaux", None),
    "ministere": ("Travail et emploi", "Travail  et emploi", "Justice", None),
    "ministere_interroge": ("Justice", "Premier ministre", None),
    "groupe": ("Union des communes", "Non inscrit", None),
    "groupe_sigle": ("UDC", "NI", None),
    "auteur": (
        "Mme Odile Ferrand",
        "Odile Ferrand",
        "M. Gaspard d’Urtu",
        "M. Gaspard d'Urtu",
        None,
    ),
    "acteur_ref": ("PA1", "PA2", None),
    "departement": ("Corrèze", "Lot", None),
}
"""The published values of each field, some of them spellings of one another."""

ASKED: Mapping[str, tuple[str, ...]] = {
    "legislature": ("16", "17", "8"),
    "type": ("QE", "QG", "QOSD"),
    "statut": ("repondue", "en_attente", "retiree", "sans_reponse", EN_RETARD),
    "ministere": ("justice", "TRAVAIL ET EMPLOI", "Mer"),
    "ministere_interroge": ("Justice", "premier ministre"),
    "rubrique": ("SANTE", "élus locaux", "Sport"),
    "groupe": ("UDC", "ni", "union des communes", "XYZ"),
    "auteur": ("Odile Ferrand", "PA1", "PA2", "M. Gaspard d'Urtu", "PA9"),
    "departement": ("correze", "lot"),
    "annee": ("2025", "2026", "1990"),
    "signalee": ("1",),
}
"""What each facet may be asked for."""

days = st.sampled_from(DAYS)
texts = st.lists(st.sampled_from((*WORDS, *NAMES)), max_size=9).map(" ".join)
html = texts.map(lambda text: f"<p>{text}</p>" if text else None)


@st.composite
def questions(draw: st.DrawFn, numero: int) -> Question:
    """One question of this number."""
    values: dict[str, Any] = {
        name: draw(st.sampled_from(choices)) for name, choices in VALUES.items()
    }
    return make_question(
        legislature=draw(st.sampled_from((16, 17, 17))),
        type=draw(st.sampled_from(("QE", "QE", "QG"))),
        numero=numero,
        titre=draw(texts) or None,
        texte_question=draw(html),
        texte_reponse=draw(st.none() | html),
        date_question=draw(st.none() | days),
        date_reponse=draw(st.none() | days),
        date_signalement=draw(st.none() | days),
        date_retrait=draw(st.none() | st.none() | days),
        dates_renouvellement=draw(st.lists(days, max_size=1)),
        source="hypothesis.json",
        **values,
    )


@st.composite
def batches(draw: st.DrawFn) -> list[list[Question]]:
    """One to three builds; a question of a number given before replaces it when it has its uid."""
    numbers = st.lists(st.integers(1, 12), min_size=1, max_size=8, unique=True)
    return [
        [draw(questions(number)) for number in draw(numbers)]
        for _ in range(draw(st.integers(1, 3)))
    ]


prefixes = st.sampled_from(BEGINNINGS).map(Prefix)
drafts = st.lists(st.sampled_from(QUERY_WORDS), min_size=30, max_size=34).map(" ".join).map(Draft)
fields = st.sampled_from(
    ("titre", "rubrique", "question", "reponse", "numero", "auteur", "groupe", "ministere")
)


@st.composite
def quotations(draw: st.DrawFn, passages: Sequence[Sequence[str]]) -> Phrase:
    """Words of one text between quotes: as they follow each other there, or near each other."""
    passage = draw(st.sampled_from(passages))
    start = draw(st.integers(0, len(passage) - 1))
    if draw(st.booleans()):
        return Phrase(" ".join(passage[start : start + draw(st.integers(1, 3))]))
    nearby = passage[start : start + 6]
    picked = draw(st.lists(st.sampled_from(nearby), min_size=2, max_size=3))
    return Phrase(" ".join(picked), draw(st.integers(0, 4)))


def trees(passages: Sequence[Sequence[str]]) -> st.SearchStrategy[Node]:
    """Trees to be written and parsed again: their shape may not be the one the parser gives."""
    present = sorted({word for passage in passages for word in passage} & set(QUERY_WORDS))
    words = st.sampled_from((*present, *present, *QUERY_WORDS)).map(Word)
    names = st.sampled_from(NAMES).map(lambda name: And(tuple(map(Word, name.split()))))
    leaves: st.SearchStrategy[Node] = words | words | words | prefixes | names
    if passages:
        leaves = leaves | quotations(passages)
    several = st.lists(words, min_size=2, max_size=4).map(tuple).map(And)
    return st.one_of(leaves, several, *[st.recursive(leaves, _larger, max_leaves=6)] * 5, drafts)


def _larger(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        st.builds(And, several),
        st.builds(Or, several),
        st.builds(Not, parts),
        st.builds(Fielded, fields, parts),
    )


SIGNS = ("(", ")", '"', "“", "~2", "*", "-", ":", "|", ",", ".", "’", "titre:", "numero:", "x:")
OPERATORS = (" ", " ", " ET ", " OU ", " SAUF ", " -")
scribbles = st.lists(
    st.sampled_from((*SIGNS, *OPERATORS, *WORDS, *BEGINNINGS)) | st.characters(codec="utf-8"),
    max_size=12,
).map("".join)
"""Texts that need mending before they mean anything."""

choices = st.sampled_from(sorted(ASKED)).flatmap(
    lambda name: st.tuples(
        st.just(name),
        st.builds(str.__add__, st.sampled_from(("", "", "-")), st.sampled_from(ASKED[name])),
    )
)


def rarely(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(("",) * 8 + values)


@st.composite
def requests(draw: st.DrawFn, passages: Sequence[Sequence[str]]) -> SearchRequest:
    """A search with a query most often, some filters sometimes."""
    query = trees(passages).map(str)
    params = draw(st.just([]) | st.lists(choices, max_size=2, unique_by=lambda choice: choice))
    optional = {
        "q": st.one_of(query, query, query, scribbles, st.just("")),
        "champ": rarely("question", "reponse"),
        "renouvelee": rarely("1"),
        "du": rarely(DAYS[2].isoformat()),
        "reponse_au": rarely(DAYS[3].isoformat()),
        "tri": st.sampled_from(("", *SORTS)),
    }
    params = params + [(name, draw(values)) for name, values in optional.items()]
    return SearchRequest.from_params([*params, ("par", "100")])


@st.composite
def situations(draw: st.DrawFn, searches: int) -> tuple[list[list[Question]], list[SearchRequest]]:
    """A corpus in its batches, and this many searches that often find something in it."""
    corpus = draw(batches())
    passages = [
        passage.split()
        for batch in corpus
        for question in batch
        for html in (question.titre, question.texte_question, question.texte_reponse)
        if html and (passage := text_of_html(html)).split()
    ]
    return corpus, [draw(requests(passages)) for _ in range(searches)]
