"""The query language, case by case: what is typed, the tree it is read as, what it finds.

The help page, the examples of the home page, the table of `docs/query-language.md` and the tests
all come from `EXAMPLES` and `MISTAKES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from search.expansion import QUERY_FIELDS
from search.query.check import check
from search.query.errors import shorten
from search.query.nodes import And, Draft, Fielded, Node, Not, Or, Phrase, Prefix, Word
from search.query.parser import parse_lenient

SECTIONS: Final[Mapping[str, str]] = {
    "mots": "Des mots",
    "expressions": "Une expression exacte",
    "proximite": "Des mots proches",
    "debuts": "Le début d’un mot",
    "exclusion": "Un mot à écarter",
    "alternatives": "L’un ou l’autre",
    "parentheses": "Des parenthèses",
    "champs": "Un endroit précis",
    "sigles": "Un sigle",
    "numeros": "Une question connue",
    "textes": "Un texte entier",
}
"""The kinds of cases and their French headings, in the order of the help."""

_DRAFT: Final = (
    "Des habitants de communes rurales s’inquiètent du départ de leur médecin : ils demandent "
    "quelles mesures le Gouvernement compte prendre pour que chacun trouve près de chez lui un "
    "médecin traitant, et dans quel délai."
)


@dataclass(frozen=True, slots=True)
class Example:
    """One case of the language.

    Attributes:
        section: a key of `SECTIONS`.
        typed: the query.
        tree: what it is read as.
        finds: what it finds, in French, without capital or full stop.
        also: other ways to type the same thing.
        in_demo: whether the demo corpus has a question for it; a number is one corpus's own.
        teaches: whether it is one of those that the home page shows.
    """

    section: str
    typed: str
    tree: Node
    finds: str
    also: tuple[str, ...] = ()
    in_demo: bool = True
    teaches: bool = False

    @property
    def shown(self) -> str:
        """What is typed, as a page shows it: a long text is cut."""
        return shorten(self.typed)


def _words(*texts: str) -> And:
    return And(tuple(map(Word, texts)))


def _either(*texts: str) -> Or:
    return Or(tuple(map(Word, texts)))


EXAMPLES: Final = (
    Example(
        "mots",
        "cotisations sociales",
        _words("cotisations", "sociales"),
        "tous ces mots, sous toutes leurs formes",
        teaches=True,
    ),
    Example(
        "mots",
        "médecin ET infirmier",
        _words("médecin", "infirmier"),
        "tous ces mots : écrire ET n’y change rien",
        also=("médecin AND infirmier",),
    ),
    Example(
        "mots",
        "micro-entreprise",
        Word("micro-entreprise"),
        "un mot composé, avec ou sans trait d’union",
    ),
    Example("mots", "l’eau", Word("l’eau"), "le mot, quel que soit l’article qui le précède"),
    Example("mots", "1 960", Word("1 960"), "un nombre, que ses chiffres soient groupés ou non"),
    Example(
        "expressions",
        '"déserts médicaux"',
        Phrase("déserts médicaux"),
        "exactement cette expression, accents et majuscules mis à part",
        also=("“déserts médicaux”",),
        teaches=True,
    ),
    Example(
        "proximite",
        '"accès soins"~3',
        Phrase("accès soins", 3),
        "ces mots dans n’importe quel ordre, séparés par trois autres mots au plus",
    ),
    Example("debuts", "infirm*", Prefix("infirm"), "les mots qui commencent ainsi", teaches=True),
    Example(
        "exclusion",
        "retraite -pension",
        And((Word("retraite"), Not(Word("pension")))),
        "le premier mot sans le second",
        also=("retraite SAUF pension",),
        teaches=True,
    ),
    Example(
        "exclusion",
        'retraite -"cotisations sociales"',
        And((Word("retraite"), Not(Phrase("cotisations sociales")))),
        "le mot sans cette expression",
    ),
    Example(
        "alternatives",
        "école OU collège",
        _either("école", "collège"),
        "l’un de ces mots, ou les deux",
        also=("école OR collège", "école | collège"),
        teaches=True,
    ),
    Example(
        "parentheses",
        "(école OU collège) cantine",
        And((_either("école", "collège"), Word("cantine"))),
        "l’un des deux premiers mots, avec le troisième",
    ),
    Example(
        "parentheses",
        "retraite -(pension OU agricole)",
        And((Word("retraite"), Not(_either("pension", "agricole")))),
        "le premier mot sans aucun des deux autres",
    ),
    Example(
        "champs",
        "titre:retraite",
        Fielded("titre", Word("retraite")),
        "ce mot dans le titre",
        teaches=True,
    ),
    Example(
        "champs", "rubrique:santé", Fielded("rubrique", Word("santé")), "ce mot dans la rubrique"
    ),
    Example(
        "champs",
        "question:calendrier",
        Fielded("question", Word("calendrier")),
        "ce mot dans le texte de la question",
    ),
    Example(
        "champs",
        "reponse:décret",
        Fielded("reponse", Word("décret")),
        "ce mot dans le texte de la réponse",
        also=("Réponse:décret",),
    ),
    Example(
        "champs",
        "numero:2621",
        Fielded("numero", Word("2621")),
        "la question de ce numéro, dans chaque législature",
        in_demo=False,
    ),
    Example(
        "champs",
        "auteur:aurélien",
        Fielded("auteur", Word("aurélien")),
        "les questions des députés de ce nom ou de ce prénom",
    ),
    Example(
        "champs",
        "groupe:union",
        Fielded("groupe", Word("union")),
        "les questions des groupes politiques de ce nom ou de ce sigle",
    ),
    Example(
        "champs",
        "ministere:santé",
        Fielded("ministere", Word("santé")),
        "ce mot dans le nom du ministère chargé de répondre",
        teaches=True,
    ),
    Example(
        "champs",
        "titre:(école OU collège)",
        Fielded("titre", _either("école", "collège")),
        "l’un de ces mots dans le titre",
    ),
    Example(
        "champs",
        'titre:"déserts médicaux"',
        Fielded("titre", Phrase("déserts médicaux")),
        "cette expression dans le titre",
    ),
    Example(
        "champs",
        "école -titre:collège",
        And((Word("école"), Not(Fielded("titre", Word("collège"))))),
        "le premier mot, sans le second dans le titre",
    ),
    Example("sigles", "CNAM", Word("CNAM"), "le sigle ou ce qu’il abrège, et l’inverse"),
    Example("sigles", '"CNAM"', Phrase("CNAM"), "le sigle seulement"),
    Example(
        "numeros",
        "17-2621QE",
        Word("17-2621QE"),
        "cette question elle-même : législature, numéro et type",
        in_demo=False,
    ),
    Example(
        "numeros",
        "QANR5L17QE2621",
        Word("QANR5L17QE2621"),
        "la même, par son identifiant ; l’adresse de sa page à l’Assemblée convient aussi",
        in_demo=False,
    ),
    Example(
        "textes",
        _DRAFT,
        Draft(_DRAFT),
        "les questions les plus proches d’un texte collé de trente mots ou plus",
        in_demo=False,
    ),
)
"""Every sign, operator and field of the language, at least once."""

MISTAKES: Final = (
    "médecin (généraliste OU infirmier",
    "école) cantine",
    "retraite ()",
    '"déserts médicaux',
    'retraite ""',
    "infirm*ier",
    "OU collège",
    "école OU",
    "titre: retraite",
    "objet:retraite",
    '"accès soins"~500',
    "-retraite",
    "e*",
    "retraite -retraite",
    '"retraite"~3',
    '"infirm* libéral"',
)
"""Queries that break the grammar, or hardly say what was meant; the page says so and goes on."""


def said_of(typed: str) -> tuple[str, ...]:
    """The French sentences that a page says of a query."""
    parsed = parse_lenient(typed, QUERY_FIELDS)
    return tuple(dict.fromkeys(hint.message for hint in (*parsed.hints, *check(parsed.tree))))
