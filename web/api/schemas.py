"""JSON Schemas of what the site sends to programs, derived from the types that hold it.

`SCHEMAS` names them all; `web.api.openapi` says which address sends which. Objects are strict:
every name is always there, and there is no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

from index.question import RECORD_FIELDS, TYPES, Question
from search.completion import GENRES, Suggestion
from search.facets import FACET, FACETS, FacetValue
from search.request import PARAMETERS, Parameter, ParameterError

Schema = dict[str, Any]

_TYPES: Final[Mapping[Any, Schema]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
}


def schema_of(hint: Any) -> Schema:
    """The JSON Schema of the values that a Python type is written as.

    Raises:
        KeyError: no value of this type is sent.
    """
    if NoneType in get_args(hint):
        (other,) = (kind for kind in get_args(hint) if kind is not NoneType)
        return nullable(schema_of(other))
    if get_origin(hint) is Literal:
        return {"type": "string", "enum": list(get_args(hint))}
    if get_origin(hint) is tuple:
        return list_of(schema_of(get_args(hint)[0]))
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return strict_object(members(hint))
    return dict(_TYPES[hint])


def members(class_: Any) -> dict[str, Schema]:
    """The schema of each field of a dataclass or a named tuple."""
    return {name: schema_of(hint) for name, hint in get_type_hints(class_).items()}


def strict_object(properties: Mapping[str, Schema], description: str = "") -> Schema:
    """An object that has exactly these names."""
    schema: Schema = {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
    return schema | ({"description": description} if description else {})


def list_of(items: Schema, **more: Any) -> Schema:
    """An array of values that are all alike."""
    return {"type": "array", "items": items} | more


def nullable(schema: Schema) -> Schema:
    """The same values, or null."""
    kept = dict(schema) | {"type": [schema["type"], "null"]}
    return kept | ({"enum": [*schema["enum"], None]} if "enum" in schema else {})


def reference(name: str) -> Schema:
    """The schema of this name in the OpenAPI document."""
    assert name in SCHEMAS, name
    return {"$ref": f"#/components/schemas/{name}"}


def _said(schema: Schema, description: str, **more: Any) -> Schema:
    return schema | {"description": description} | more


TEXT: Final = _TYPES[str]
_COUNT: Final = {"type": "integer", "minimum": 0}
_ADDRESS: Final = _said(TEXT, "Adresse sur ce site.", format="uri-reference")
_UID: Final = _said(
    TEXT,
    "Clé de l’Assemblée : législature, type et numéro.",
    pattern=f"^QANR5L[0-9]{{1,3}}({'|'.join(TYPES)})[0-9]{{1,7}}$",
)
_DATA_DATE: Final = _said(
    nullable(_TYPES[date]),
    "Date du JO le plus récent ; les durées et les retards sont comptés à cette date.",
)
_GENERATION: Final = _said(_COUNT, "Augmente avec chaque mise à jour publiée des données.")

_RECORD_HELP: Final[Mapping[str, str]] = {
    "uid": _UID["description"],
    "legislature": "Numéro de la législature.",
    "type": " ; ".join(f"{value} : {label}" for value, label in TYPES.items()) + ".",
    "numero": "Numéro de la question dans sa législature.",
    "titre": "Analyse publiée ; plusieurs analyses sont jointes par « ; ».",
    "tete_analyse": "Tête d’analyse.",
    "rubrique": "Rubrique.",
    "auteur": "Civilité, prénom et nom de la députée ou du député.",
    "civilite": "M. ou Mme.",
    "prenom": "Prénom de la députée ou du député.",
    "nom": "Nom de la députée ou du député.",
    "acteur_ref": "Référence de la députée ou du député dans les données de l’Assemblée.",
    "groupe": "Groupe politique.",
    "groupe_sigle": "Sigle du groupe politique.",
    "departement": "Département d’élection.",
    "circonscription": "Circonscription d’élection.",
    "ministere": "Ministère attributaire, chargé de répondre.",
    "ministere_developpe": "Nom entier du ministère attributaire.",
    "ministere_interroge": "Ministère interrogé.",
    "attributions": "Les ministères chargés de répondre, l’un après l’autre.",
    "texte_question": "Texte de la question, en HTML simple et sûr.",
    "texte_reponse": "Texte de la réponse, en HTML simple et sûr.",
    "date_question": "Date du JO de la question.",
    "page_jo_question": "Page du JO de la question.",
    "date_reponse": "Date du JO de la réponse.",
    "page_jo_reponse": "Page du JO de la réponse.",
    "date_signalement": "Date du signalement au Gouvernement.",
    "dates_renouvellement": "Dates de renouvellement.",
    "date_retrait": "Date de retrait.",
    "motif_retrait": "Motif du retrait.",
    "statut": "État de la question.",
    "en_retard": "Vrai si la question écrite attend une réponse au-delà du délai réglementaire.",
    "delai_jours": "Jours entre la question et la réponse.",
    "empreinte_reponse": "La même valeur pour toutes les questions qui ont reçu la même réponse.",
    "source": "Fichier publié dont la question a été lue.",
    "url_officielle": "Page de la question sur le site de l’Assemblée nationale.",
}


def _record() -> dict[str, Schema]:
    hints = get_type_hints(Question) | {
        name: get_type_hints(member.fget)["return"]
        for name, member in vars(Question).items()
        if isinstance(member, property)
    }
    hints["en_retard"] = bool  # a method: it depends on the date of the data
    derived = {name: _said(schema_of(hints[name]), _RECORD_HELP[name]) for name in RECORD_FIELDS}
    return derived | {"uid": _UID}


def _requested() -> Schema:
    """`requete`: what was given, in its canonical form, and what always is."""
    schema = strict_object(
        {parameter.name: _echoed(parameter) for parameter in PARAMETERS},
        "La recherche telle qu’elle a été comprise.",
    )
    return schema | {"required": ["tri", "page", "par"]}


def _echoed(parameter: Parameter) -> Schema:
    if parameter.name not in FACET:
        return _said(dict(parameter.schema), parameter.help)
    values = FACET[parameter.name].values
    items = dict(TEXT) if values is None else parameter.schema["items"]
    return list_of(items, minItems=1, description=f"{FACET[parameter.name].label}.")


QUESTION: Final = strict_object(_record(), "Une question, telle que les exports la donnent aussi.")
"""The record; the tables of docs/reference.md are written from it."""

_RECORD: Final = QUESTION["properties"]

SCHEMAS: Final[dict[str, Schema]] = {}
"""Every schema by its name in the OpenAPI document."""

SCHEMAS["Question"] = QUESTION
SCHEMAS["Reference"] = strict_object(
    {"uid": _UID, "titre": _RECORD["titre"], "url": _ADDRESS}, "Une autre question."
)
SCHEMAS["QuestionEntiere"] = strict_object(
    {
        **_RECORD,
        "url": _ADDRESS,
        "texte_question_brut": _said(nullable(TEXT), "Texte de la question, sans balise."),
        "texte_reponse_brut": _said(nullable(TEXT), "Texte de la réponse, sans balise."),
        "memes_reponses": list_of(
            reference("Reference"), description="Les autres questions de même réponse."
        ),
        "proches": list_of(
            reference("Reference"), description="Questions qui partagent ses mots distinctifs."
        ),
    },
    "Une question et ce qui l’accompagne.",
)
_PASSAGES: Final = list_of(TEXT, maxItems=2)
SCHEMAS["Resultat"] = strict_object(
    {
        "uid": _UID,
        "url": _ADDRESS,
        "titre": _RECORD["titre"],
        "titre_html": _said(nullable(TEXT), "Titre en HTML, les mots trouvés dans <mark>."),
        **{
            name: _RECORD[name]
            for name in (
                *("legislature", "type", "numero", "auteur", "groupe", "ministere", "rubrique"),
                *("statut", "en_retard", "date_question", "date_reponse", "delai_jours"),
            )
        },
        "score": _said(nullable({"type": "number"}), "null si le tri n’est pas « pertinence »."),
        "extraits": strict_object(
            {"question": _PASSAGES, "reponse": _PASSAGES},
            "Passages en HTML, les mots trouvés dans <mark>.",
        ),
    },
    "Une question trouvée.",
)
SCHEMAS["Requete"] = _requested()
SCHEMAS["ValeurDeFacette"] = strict_object(
    members(FacetValue) | {"nombre": _said(_COUNT, "Nombre exact de questions.")},
    "Une valeur d’une facette.",
)
SCHEMAS["Facette"] = strict_object(
    {
        "valeurs": list_of(reference("ValeurDeFacette")),
        "autres": _said(_COUNT, "Questions dont la valeur n’est pas dans la liste."),
        "sans": _said(_COUNT, "Questions sans valeur."),
    },
    "Les valeurs d’une facette, comptées sans tenir compte de ses propres filtres.",
)
SCHEMAS["Recherche"] = strict_object(
    {
        "requete": reference("Requete"),
        "description": _said(TEXT, "La recherche en français."),
        "total": _said(_COUNT, "Nombre exact de questions trouvées."),
        "pages": _said(_COUNT, "Nombre de pages de résultats."),
        "duree_ms": {"type": "number", "minimum": 0, "description": "Durée de la recherche."},
        "donnees_au": _DATA_DATE,
        "indications": list_of(
            TEXT, description="Ce qui a été ignoré ou ajouté, ce qu’il est possible de faire."
        ),
        "suggestion": _said(nullable(TEXT), "Une autre recherche à essayer."),
        "formes": {
            "type": "object",
            "additionalProperties": {"type": "object", "additionalProperties": _COUNT},
            "description": "Pour chaque mot, les formes cherchées et leur nombre de questions.",
        },
        "resultats": list_of(reference("Resultat"), description="Les questions de cette page."),
        "approches": list_of(
            reference("Resultat"),
            maxItems=50,
            description="Les questions les plus proches, si aucune n’a tous les mots.",
        ),
        "facettes": strict_object({facet.name: reference("Facette") for facet in FACETS}),
    },
    "Une page de résultats.",
)
SCHEMAS["Suggestion"] = strict_object(
    members(Suggestion)
    | {
        "genre": {"type": "string", "enum": list(GENRES)},
        "nombre": _said(_COUNT, "Nombre exact de questions que `url` trouve.", minimum=1),
        "url": _ADDRESS,
    },
    "Ce qui peut compléter la recherche.",
)
SCHEMAS["Suggestions"] = strict_object({"suggestions": list_of(reference("Suggestion"))})
# Readers of OpenAPI, schemathesis among them, don't all know `prefixItems`.
SCHEMAS["SuggestionsOpenSearch"] = {
    "type": "array",
    "minItems": 4,
    "maxItems": 4,
    "items": {"anyOf": [TEXT, list_of(TEXT)]},
    "description": "Les mots en cours de saisie, tels quels, puis trois listes de même longueur : "
    "ce qui peut les compléter, ce qui est dit à côté de chaque ligne, l’adresse entière de ce qui "
    "est trouvé.",
}
SCHEMAS["Archive"] = strict_object(
    {
        "nom": TEXT,
        "questions": _said(_COUNT, "Nombre de questions qui en viennent."),
        "sha256": nullable(dict(TEXT) | {"pattern": "^[0-9a-f]{64}$"}),
    },
    "Un fichier publié dont des questions ont été lues.",
)
SCHEMAS["Export"] = strict_object(
    {
        "requete": reference("Requete"),
        "description": _said(TEXT, "La recherche en français."),
        "url": _said(_ADDRESS, "Adresse de la page de résultats."),
        "total": _said(_COUNT, "Nombre exact de questions."),
        "generation": _GENERATION,
        "donnees_au": _DATA_DATE,
        "archives": list_of(reference("Archive")),
        "version": _said(TEXT, "Version du programme."),
        "citation": _said(TEXT, "Comment citer cette recherche."),
        "mention": _said(TEXT, "Mention obligatoire de la source."),
    },
    "Ce qu’est un export : la recherche, ses données, la façon de les citer.",
)
SCHEMAS["Sante"] = strict_object(
    {
        "statut": {"type": "string", "enum": ["ok", "indisponible"]},
        "generation": nullable(_GENERATION),
        "questions": nullable(_COUNT),
        "donnees_au": _DATA_DATE,
    },
    "L’état du service ; null partout si l’index ne peut pas être lu.",
)
SCHEMAS["Erreurs"] = strict_object(
    {
        "erreurs": list_of(
            strict_object(
                members(ParameterError)
                | {"parametre": _said(nullable(TEXT), "null si aucun paramètre n’est en cause.")}
            ),
            minItems=1,
        )
    },
    "Tout ce qui n’a pas pu être compris, en français.",
)
