"""Everything of a generated question but its words: who asked whom, when, and what became of it.

Names are made; the shares (législatures, types, states, delays) are about those of the published
questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.words import Ids, capitalised, tail_word
from index.question import LEGISLATURES, derive_statut, make_uid

DATA_UNTIL: Final = date(2026, 5, 12)
"""No generated date is later."""

LEGISLATURE_SHARES: Final = {
    8: 6, 9: 10, 10: 8, 11: 12, 12: 18, 13: 18, 14: 15, 15: 7, 16: 3, 17: 3,
}  # fmt: skip
"""How many of each hundred questions belong to each législature."""

TYPES: Final = {"QE": 95, "QG": 3, "QOSD": 2}
"""And to each type."""

AUTHORS: Final = 577
"""In each législature; some of them sit in several."""

DOMAINS: Final = (
    "santé", "économie et finances", "éducation nationale", "intérieur", "travail et emploi",
    "agriculture", "environnement", "justice", "transports", "logement", "budget", "culture",
    "défense", "affaires étrangères", "enseignement supérieur et recherche", "outre-mer",
    "jeunesse et sports", "affaires sociales", "industrie", "fonction publique", "commerce et "
    "artisanat", "anciens combattants", "collectivités locales", "tourisme", "communication",
    "aménagement du territoire", "mer", "énergie", "ville", "Premier ministre",
)  # fmt: skip
_LABELS: Final = ("{}", "{} et modernisation", "{} et simplification", "{}, chargé des réformes")

THEMES: Final = (
    "agriculture|agroalimentaire|ambassades et consulats|aménagement du territoire|anciens "
    "combattants|animaux|archives et bibliothèques|armes|arts et spectacles|assurance maladie|"
    "assurance invalidité décès|assurances|audiovisuel|automobiles et cycles|banques|baux|bois et "
    "forêts|bourses d'études|catastrophes naturelles|chambres consulaires|chasse et pêche|chômage|"
    "collectivités territoriales|commerce et artisanat|commerce extérieur|communes|consommation|"
    "copropriété|cours d'eau|crimes et délits|culture|cycles et motocycles|décentralisation|"
    "déchets|défense|délinquance|départements|divorce|donations et successions|droits de l'homme|"
    "drogue|eau et assainissement|élections|élevage|élus|emploi|énergie|enfants|enseignement|"
    "enseignement agricole|enseignement maternel et primaire|enseignement secondaire|enseignement "
    "supérieur|entreprises|environnement|établissements de santé|étrangers|famille|femmes|"
    "fonction publique hospitalière|fonction publique territoriale|formation professionnelle|"
    "français de l'étranger|frontaliers|gendarmerie|handicapés|hôtellerie et restauration|impôt "
    "sur le revenu|impôts locaux|industrie|institutions sociales|internet|jeunes|justice|"
    "logement|marchés publics|médecine|mer et littoral|mort et décès|moyens de paiement|nuisances|"
    "numérique|ordre public|outre-mer|papiers d'identité|patrimoine culturel|personnes âgées|"
    "pharmacie|police|politique extérieure|politique sociale|pollution|postes|prestations "
    "familiales|professions de santé|professions judiciaires|propriété intellectuelle|recherche|"
    "retraites|risques naturels|sang et organes humains|santé|sécurité publique|sécurité routière|"
    "sécurité sociale|services|sports|syndicats|taxis|télécommunications|tourisme|transports|"
    "transports aériens|transports ferroviaires|transports urbains|travail|tva|union européenne|"
    "urbanisme|ventes et échanges|viticulture|voirie"
).split("|")

GROUPES: Final = (
    ("Union des territoires", "UDT"), ("Progrès et solidarité", "PES"),
    ("Alliance des communes", "ADC"), ("Écologie et libertés", "EEL"),
    ("Rassemblement des centres", "RDC"), ("Gauche des départements", "GDD"),
    ("Nouvelle droite rurale", "NDR"), ("Mouvement du littoral", "MDL"),
    ("Cercle républicain", "CR"), ("Socle et avenir", "SEA"), ("Front des campagnes", "FDC"),
    ("Démocrates réunis", "DR"), ("Travail et justice", "TEJ"), ("Non inscrit", "NI"),
)  # fmt: skip

DEPARTEMENTS: Final = (
    "Ain Aisne Allier Ardèche Ariège Aube Aude Aveyron Calvados Cantal Charente Cher Corrèze "
    "Creuse Dordogne Doubs Drôme Eure Finistère Gard Gers Gironde Hérault Isère Jura Landes Loire "
    "Lot Manche Marne Mayenne Meuse Morbihan Moselle Nièvre Nord Oise Orne Paris Rhône Sarthe "
    "Savoie Somme Tarn Var Vaucluse Vendée Vienne Vosges Yonne Guadeloupe Guyane Martinique "
    "Mayotte Réunion Bas-Rhin Haut-Rhin Haute-Savoie Hautes-Alpes Loir-et-Cher Lot-et-Garonne "
    "Pas-de-Calais Seine-et-Marne Seine-Maritime Val-de-Marne Val-d'Oise Essonne"
).split()

PRENOMS: Final = tuple(
    [("Mme", name) for name in (
        "Odile Solène Noémie Inès Clémence Anne-Lise Béatrice Chloé Élodie Françoise Gaëlle "
        "Hélène Jeanne Karine Léa Maëlle Nadège Pauline Sabine Véronique").split()]
    + [("M.", name) for name in (
        "Gaspard Aurélien Thibault Joël Rémi Jean-Yves Bastien Cédric Didier Étienne Frédéric "
        "Gérald Hugo Julien Loïc Mathieu Noël Pascal Sébastien Yves").split()]
)  # fmt: skip

_OPENINGS: Final = (
    "{auteur} attire l'attention de M. le ministre chargé du domaine « {domaine} » sur la "
    "situation qui résulte de",
    "{auteur} interroge Mme la ministre, compétente en matière de {domaine}, sur",
    "{auteur} appelle l’attention du Gouvernement et du ministre en charge ({domaine}) sur les "
    "conséquences de",
    "{auteur} alerte M. le ministre ({domaine}) sur les difficultés que rencontrent",
    "{auteur} expose à M. le ministre ({domaine}) que",
)
_REQUESTS: Final = (
    "Il souhaite connaître les mesures que le Gouvernement entend prendre à cet effet.",
    "Elle lui demande dans quel délai il compte agir et quelles mesures il entend prendre.",
    "Il lui demande de bien vouloir lui préciser ses intentions en la matière.",
    "Aussi, elle souhaiterait savoir quelles sont les intentions du Gouvernement.",
    "En conséquence, il lui demande s'il entend remédier à cette situation.",
)
_ANSWERS: Final = (
    "Le Gouvernement est pleinement conscient des préoccupations exprimées et rappelle que",
    "La question posée par l'honorable parlementaire appelle les observations suivantes.",
    "Conformément aux dispositions en vigueur, il convient de rappeler que",
    "L'attention du ministre a été appelée sur la situation évoquée, et notamment sur",
    "Les services du ministère étudient actuellement, en lien avec les acteurs concernés,",
)
_ENDS: Final = ("Fin de mandat", "Caducité", "Retrait à l'initiative de l'auteur")


@dataclass(frozen=True, slots=True)
class Topic:
    """What questions are about: families of words, and pairs of words that stand together."""

    words: Sequence[Ids]
    phrases: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Metadata:
    """The people and headings of a corpus.

    Attributes:
        topics: what questions are about.
        topic_fields: for each topic, the headings and the domain of its questions.
        authors: for each législature, the fields of each author.
    """

    topics: Sequence[Topic]
    topic_fields: Sequence[dict[str, str]]
    authors: dict[int, list[dict[str, str]]]

    @classmethod
    def make(cls, rng: np.random.Generator, topics: Sequence[Topic]) -> Metadata:
        """People and headings drawn from `rng`."""
        themes = rng.permutation(THEMES)
        domains = rng.permutation(DOMAINS)
        fields = [
            {
                "rubrique": str(themes[number % len(themes)]),
                "domaine": str(domains[_falling_place(rng, len(domains))]),
            }
            for number in range(len(topics))
        ]
        everyone = [_person(rng, number) for number in range(3 * AUTHORS)]
        authors = {
            numero: [_member(rng, everyone[place], numero) for place in _seats(rng, numero)]
            for numero in LEGISLATURE_SHARES
        }
        return cls(topics, fields, authors)

    def draw(self, rng: np.random.Generator, start: int, size: int) -> list[dict[str, Any]]:
        """The records of `size` questions numbered from `start`, without their texts.

        Two names are not the record's: `topic`, the place of its topic, and `frame`, what opens
        the question, ends it and opens the answer. `texte_reponse` is None or to be replaced.
        """
        topics = _zipf(rng, len(self.topics), size, 12)
        authors = _zipf(rng, AUTHORS, size, 120)
        chances: list[list[float]] = rng.random((size, 16)).tolist()
        return [
            self._record(start + place, int(topics[place]), int(authors[place]), chances[place])
            for place in range(size)
        ]

    def _record(self, number: int, topic: int, author: int, chances: list[float]) -> dict[str, Any]:
        draw = iter(chances)
        legislature, numero = _identity(number)
        type_ = _kind(numero)
        sat = next(entry for entry in LEGISLATURES if entry.numero == legislature)
        asked = _tuesday(sat.start, sat.end or DATA_UNTIL, next(draw))
        heading = self.topic_fields[topic]
        member = self.authors[legislature][author]
        domaine = heading["domaine"]
        interroge = domaine if next(draw) < 0.92 else DOMAINS[int(next(draw) * len(DOMAINS))]
        ministere = _ministry(domaine, legislature)
        became = _what_became_of_it(asked, sat.end or DATA_UNTIL, draw)
        opening = _OPENINGS[number % 5].format(auteur=member["auteur"], domaine=domaine)
        return {
            "uid": make_uid(legislature, type_, numero),
            "legislature": legislature,
            "type": type_,
            "numero": numero,
            "titre": None,
            "tete_analyse": _HEADS[topic % len(_HEADS)] if next(draw) < 0.6 else None,
            "rubrique": heading["rubrique"],
            **member,
            "ministere": ministere,
            "ministere_developpe": f"Ministère : {ministere}",
            "ministere_interroge": _ministry(interroge, legislature),
            "attributions": [
                {
                    "date": asked.isoformat(),
                    "ministere": ministere,
                    "ministere_developpe": f"Ministère : {ministere}",
                }
            ],
            "texte_question": None,
            "date_question": asked.isoformat(),
            "page_jo_question": 1 + int(next(draw) * 9_000),
            **became,
            "statut": derive_statut(
                legislature=legislature,
                answered="date_reponse" in became,
                withdrawn="date_retrait" in became,
            ),
            "source": f"questions-{legislature}.json",
            "topic": topic,
            "frame": (opening, _REQUESTS[number // 5 % 5], _ANSWERS[number // 25 % 5]),
        }


_HEADS: Final = (
    "généralités", "montant", "réglementation", "fonctionnement", "financement", "conditions "
    "d'attribution", "statut", "effectifs de personnel", "politique et réglementation",
)  # fmt: skip
_HUNDRED: Final = tuple(
    np.random.default_rng(0)
    .permutation(np.repeat(list(LEGISLATURE_SHARES), list(LEGISLATURE_SHARES.values())))
    .tolist()
)
"""The législature of each of a hundred questions in a row."""
_RANKS: Final = tuple(_HUNDRED[:place].count(own) for place, own in enumerate(_HUNDRED))


def _identity(number: int) -> tuple[int, int]:
    """The législature and the number in it of the `number`-th question: no two share both."""
    hundreds, place = divmod(number, 100)
    legislature = int(_HUNDRED[place])
    return legislature, hundreds * LEGISLATURE_SHARES[legislature] + _RANKS[place] + 1


def _kind(numero: int) -> str:
    place = numero * 37 % 100
    return "QE" if place < TYPES["QE"] else "QG" if place < TYPES["QE"] + TYPES["QG"] else "QOSD"


def _ministry(domaine: str, legislature: int) -> str:
    """The domain as the governments of that time called it."""
    return capitalised(_LABELS[(legislature // 2 + len(domaine)) % len(_LABELS)].format(domaine))


def _what_became_of_it(asked: date, end: date, draw: Any) -> dict[str, Any]:
    """The answer, the withdrawal, or nothing yet; and what happened meanwhile."""
    signalled, renewed, fate, delay, page = (next(draw) for _ in range(5))
    days = timedelta(days=int(20 + 600 * delay**3))
    became: dict[str, Any] = {"texte_reponse": None}
    if signalled < 0.03:
        became["date_signalement"] = _no_later(asked + timedelta(days=63))
    if renewed < 0.08:
        became["dates_renouvellement"] = [_no_later(asked + timedelta(days=98))]
    if fate < 0.04:
        became["date_retrait"] = _no_later(min(asked + days, end))
        became["motif_retrait"] = _ENDS[int(fate * 75)]
    elif fate < 0.89 and asked + days <= DATA_UNTIL:
        became["date_reponse"] = (asked + days).isoformat()
        became["page_jo_reponse"] = 1 + int(page * 9_000)
        became["texte_reponse"] = ""
    return became


def _no_later(day: date) -> str:
    return min(day, DATA_UNTIL).isoformat()


def _tuesday(start: date, end: date, chance: float) -> date:
    """A Tuesday, the day on which the questions of the JO come out."""
    day = start + timedelta(days=int(chance * (end - start).days))
    return max(start, day - timedelta(days=(day.weekday() - 1) % 7))


def _person(rng: np.random.Generator, number: int) -> dict[str, str]:
    civilite, prenom = PRENOMS[int(rng.integers(len(PRENOMS)))]
    # Ranks that are multiples of eight are names, for an odd factor keeps them so.
    nom = tail_word(8 * int(rng.integers(1, 1 << 14)), ("",))
    return {
        "auteur": f"{civilite} {prenom} {nom}",
        "civilite": civilite,
        "prenom": prenom,
        "nom": nom,
        "acteur_ref": f"PA{1_000 + number}",
        "departement": DEPARTEMENTS[int(rng.integers(len(DEPARTEMENTS)))],
        "circonscription": str(int(rng.integers(1, 12))),
    }


def _member(rng: np.random.Generator, person: dict[str, str], legislature: int) -> dict[str, str]:
    known = GROUPES[legislature % 3 :: 2]
    groupe, sigle = known[_falling_place(rng, len(known))]
    return {**person, "groupe": groupe, "groupe_sigle": sigle}


def _seats(rng: np.random.Generator, legislature: int) -> npt.NDArray[np.int64]:
    """Who sits: a third of each législature sat in the one before."""
    first = (legislature - min(LEGISLATURE_SHARES)) * AUTHORS * 2 // 9
    return first + rng.permutation(AUTHORS)


def _falling_place(rng: np.random.Generator, places: int) -> int:
    return int(_zipf(rng, places, 1, 3)[0])


def _zipf(rng: np.random.Generator, places: int, size: int, shift: int) -> npt.NDArray[np.int64]:
    """Places drawn by Zipf's and Mandelbrot's law: the r-th weighs 1 / (r + shift)."""
    bounds = np.cumsum(1 / (np.arange(places) + shift))
    return np.asarray(np.searchsorted(bounds, rng.random(size) * bounds[-1]))
