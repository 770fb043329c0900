"""Every type of page that a reader may see, in each of its states: what is looked at, and checked.

The addresses are those of the demo corpus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page


def as_it_comes(_: Page) -> None:
    """Leave the page as it is."""


def open_everything(page: Page) -> None:
    """Open every fold; not the menus, which lie over the page and of which one is open at most."""
    page.evaluate(
        "document.querySelectorAll('details:not(.menu)').forEach((fold) => (fold.open = true))"
    )


def type_a_word(page: Page) -> None:
    """Have suggestions under the search box."""
    page.get_by_label("Rechercher dans les questions et les réponses").press_sequentially("coti")
    page.get_by_role("option").first.wait_for()


@dataclass(frozen=True)
class PageType:
    """One type of page in one state.

    Attributes:
        name: of the state; the name of its screenshots.
        path: its address.
        prepare: what a reader does on it first.
    """

    name: str
    path: str
    prepare: Callable[[Page], None] = as_it_comes


FILTERED = "/?q=cotisations&legislature=17&legislature=16&statut=-retiree&du=2023-01-01"

PAGE_TYPES = (
    PageType("accueil", "/"),
    PageType("accueil-suggestions", "/", type_a_word),
    PageType("resultats", "/?q=cotisations+sociales"),
    PageType("resultats-tout", "/?tri=recent"),
    PageType("resultats-filtres", FILTERED),
    PageType("resultats-panneaux-ouverts", FILTERED, open_everything),
    PageType("resultats-page-2", "/?q=cotisations&page=2&par=25&tri=delai"),
    PageType("resultats-sigle", "/?q=MSA"),
    PageType("resultats-indications", "/?q=(retraite+objet:demande&xyz=1"),
    PageType("resultats-vous-vouliez-dire", "/?q=cotizations"),
    PageType("resultats-aucun", "/?q=zzzz"),
    PageType("resultats-vides-par-filtres", "/?q=cotisations&departement=Mayotte&annee=1999"),
    PageType("resultats-approches", "/?q=d%C3%A9serts+m%C3%A9dicaux+licornes"),
    PageType("resultats-au-dela", "/?q=cotisations&page=99"),
    PageType("resultats-part", "/?q=cotisations&mesure=part&frise=mois"),
    PageType("textes", "/?q=cotisations+sociales&legislature=17&vue=texte"),
    PageType("question-avec-reponse", "/questions/QANR5L17QE900074?q=cotisations+sociales&rang=1"),
    PageType(
        "question-ouverte", "/questions/QANR5L17QE900074?q=cotisations+sociales", open_everything
    ),
    PageType("question-sans-recherche", "/questions/QANR5L15QE900041"),
    PageType("question-en-attente", "/questions/QANR5L17QE900190"),
    PageType("question-en-retard", "/questions/QANR5L17QE900083"),
    PageType("question-retiree", "/questions/QANR5L16QE900145"),
    PageType("question-au-gouvernement", "/questions/QANR5L16QG900109"),
    PageType("statistiques", "/statistiques?q=cotisations"),
    PageType("statistiques-ouvertes", "/statistiques", open_everything),
    PageType("statistiques-aucune", "/statistiques?q=zzzz"),
    PageType("corpus", "/corpus"),
    PageType("aide", "/aide"),
    PageType("a-propos", "/a-propos"),
    PageType("erreur-valeurs", "/?q=eau&page=zero&du=hier"),
    PageType("erreur-question", "/questions/QANR5L17QE1"),
    PageType("erreur-page", "/rien"),
)
