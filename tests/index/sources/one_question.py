"""A fictional question as each format publishes it, from the same facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from index.question import TYPES

MONTHS: Final = """janvier février mars avril mai juin juillet août septembre octobre novembre
    décembre""".split()


@dataclass(frozen=True)
class Facts:
    """What the publisher knows of one question; texts are the publisher's own HTML."""

    numero: int = 900_001
    type: str = "QE"
    analyses: tuple[str, ...] = ("puits communaux", "entretien", "bilan")
    question: str | None = "M. Anselme de La Fontaine interroge le ministre sur l'eau &#8364;."
    answer: str | None = None
    asked: date | None = date(2014, 1, 7)
    page_asked: int | None = 18
    answered: date | None = None
    page_answered: int | None = None
    attributions: tuple[tuple[date, str], ...] = ((date(2014, 1, 7), "Eaux"),)
    flagged: date | None = None
    renewed: tuple[date, ...] = ()
    withdrawn: date | None = None
    reason: str | None = None
    erratum: date | None = None
    closure: str | None = None


TABLE: Final = (
    "Les puits sont curés en <i> mai </i> :<!-- DEBTAB --><div align='center'><center>"
    "<table border='1'><tr> <th rowspan=2\">PUITS<br>du bourg</br></th> <th>ANNÉE</th> </tr><tr>"
    " <td align='center'>1&#160;960</td> </tr></table></center></div><!-- FINTAB -->"
)

CASES: Final[Mapping[str, Facts]] = {
    "answered, after a renewal, a new ministère and an erratum": Facts(
        answer=TABLE,
        answered=date(2014, 5, 13),
        page_answered=3858,
        attributions=((date(2014, 1, 7), "Eaux"), (date(2014, 4, 3), "Eaux et forêts")),
        flagged=date(2014, 3, 10),
        renewed=(date(2014, 4, 15), date(2014, 4, 29)),
        erratum=date(2014, 6, 3),
        closure="REP_PUB",
    ),
    "withdrawn": Facts(
        numero=900_002,
        withdrawn=date(2014, 6, 10),
        reason="Fin de mandat",
        closure="FIN_MANDAT",
    ),
    "waiting when the législature ended": Facts(numero=900_003),
    "orale sans débat": Facts(
        numero=900_004,
        type="QOSD",
        answer="<strong>M. le président. </strong>La parole est à M. Anselme de La Fontaine.",
        answered=date(2014, 1, 15),
        page_answered=1041,
        closure="REP_PUB",
    ),
    "au Gouvernement": Facts(
        numero=900_005,
        type="QG",
        question=None,
        asked=None,
        page_asked=None,
        answer='</p><p align="CENTER"> L\'EAU <a name=PG4></a> </p><br><strong>M. le président.'
        " </strong>La parole est à M. Anselme de La Fontaine.<br><br>Oui.",
        answered=date(2014, 1, 7),
        page_answered=77,
        closure="REP_PUB",
    ),
}


def as_json(facts: Facts) -> str:
    """The open data, which names nobody."""

    def journal(day: date | None, page: int | None = None) -> dict[str, Any]:
        return {"infoJO": {"dateJO": iso(day), "pageJO": page and str(page)}}

    asked = {**journal(facts.asked, facts.page_asked), "texte": facts.question}
    answers = [{**journal(facts.answered, facts.page_answered), "texte": facts.answer}]
    if facts.erratum:
        answers.append(journal(facts.erratum))
    question = {
        "uid": f"QANR5L14{facts.type}{facts.numero}",
        "identifiant": {"numero": str(facts.numero), "legislature": "14"},
        "type": facts.type,
        "indexationAN": {
            "rubrique": "eau",
            "teteAnalyse": "communes",
            "analyses": {"analyse": list(facts.analyses)},
        },
        "auteur": {
            "identite": {"acteurRef": "PA900001"},
            "groupe": {"organeRef": "PO900001", "abrege": "GF", "developpe": "Groupe fictif"},
        },
        "minInt": ministry("Eaux"),
        "minAttribs": {
            "minAttrib": [
                {**journal(day), "denomination": ministry(name)} for day, name in facts.attributions
            ]
        },
        "textesQuestion": {"texteQuestion": asked} if facts.question else None,
        "textesReponse": {"texteReponse": answers} if facts.answer else None,
        "cloture": {
            "codeCloture": facts.closure,
            "libelleCloture": facts.reason,
            **journal(facts.withdrawn or facts.answered, facts.page_answered),
        }
        if facts.closure
        else None,
        "signalement": {"dateSignalement": iso(facts.flagged)} if facts.flagged else None,
        "renouvellements": {
            "renouvellement": [{"dateRenouvellement": iso(day)} for day in facts.renewed]
        },
    }
    return json.dumps({"question": question})


def ministry(name: str) -> dict[str, str]:
    """Short and long name."""
    return {"abrege": name, "developpe": f"Ministère : {name}"}


def as_xml(facts: Facts) -> str:
    """The XML of législature XIV, elements without value present."""
    analyses = "".join(f"<ANA>{analysis}</ANA>" for analysis in facts.analyses)
    attributions = "".join(
        f'<ORDRE NUMERO="{number}"><ABREGE>{name}</ABREGE><DEVELOPPE>Ministère : {name}</DEVELOPPE>'
        f"<DATE_JO>{slashes(day)}</DATE_JO></ORDRE>"
        for number, (day, name) in reversed([*enumerate(facts.attributions, 1)])
    )
    renewals = "".join(
        f"<ORDRE><DATE_RENOUVELLEMENT>{slashes(day)}</DATE_RENOUVELLEMENT></ORDRE>"
        for day in facts.renewed
    )
    closed = facts.withdrawn or facts.answered
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<QUESTION TYPE="{facts.type}">
  <LEGISLATURE>14</LEGISLATURE>
  <DEPOT NUMERO="{facts.numero}">
    <DATE_JO>{slashes(facts.asked)}</DATE_JO><PAGE_JO>{facts.page_asked or ""}</PAGE_JO>
  </DEPOT>
  <AUTEUR><ID_ACTEUR>900001</ID_ACTEUR>
    <CIVILITE>M.</CIVILITE><NOM>de La Fontaine</NOM><PRENOM>Anselme</PRENOM></AUTEUR>
  <GROUPE SIGLE="GF"><LIBELLE>Groupe fictif</LIBELLE><ID_GROUPE>900001</ID_GROUPE></GROUPE>
  <CIRCONSCRIPTION NUMERO_CIRCONSCRIPTION="1"><DEPARTEMENT>Val-de-Source</DEPARTEMENT>
  </CIRCONSCRIPTION>
  <INDEXATION_AN RUBRIQUE="eau"><TETE_ANALYSE>communes</TETE_ANALYSE>
    <ANALYSE>{analyses}</ANALYSE></INDEXATION_AN>
  <MINI><ABREGE>Eaux</ABREGE><DEVELOPPE>Ministère : Eaux</DEVELOPPE></MINI>
  <MINA>{attributions}</MINA>
  <DEPOT><TEXTE_DEPOT>{cdata(facts.question)}</TEXTE_DEPOT></DEPOT>
  <ERRATUM_QUESTION><DATE_JO/><PAGE_JO/><TYPE_JO/></ERRATUM_QUESTION>
  <SIGNALEMENT><DATE_JO/><DATE_DEPOT_SIGNAL>{slashes(facts.flagged)}</DATE_DEPOT_SIGNAL></SIGNALEMENT>
  <RENOUVELLEMENT>{renewals}</RENOUVELLEMENT>
  <CLOTURE><DATE_JO>{slashes(closed)}</DATE_JO><PAGE_JO>{facts.page_answered or ""}</PAGE_JO>
    <ABREGE>{facts.closure or ""}</ABREGE><LIBELLE>{facts.reason or ""}</LIBELLE></CLOTURE>
  <REPONSE><TEXTE_REPONSE>{cdata(facts.answer)}</TEXTE_REPONSE>
    <DATE_JO_REPONSE>{slashes(facts.answered)}</DATE_JO_REPONSE>
    <PAGE_JO_REPONSE>{facts.page_answered or ""}</PAGE_JO_REPONSE></REPONSE>
  <ERRATUM_REPONSE><DATE_JO>{slashes(facts.erratum)}</DATE_JO><PAGE_JO/></ERRATUM_REPONSE>
</QUESTION>"""


def cdata(text: str | None) -> str:
    """A text as the XML holds it."""
    return f"\n    <![CDATA[{text}]]>" if text else ""


def as_fiche(facts: Facts) -> str:
    """The oldest pages: a tag a fact, the author's name first, empty tags present."""
    changed = [slashes(day) for day, _ in facts.attributions[1:]]
    return f"""<html><body align="center">
<title>FICHE QUESTION</title>
<center><b><LEG>14ème législature</LEG></b></center>
<table border="2"><tr><td> Question N° : <b><NUM>{facts.numero}</NUM></b></td>
<td> de <b><CIV>M.</CIV> <AUT>de La Fontaine Anselme</AUT></b>(<GROUPE>Groupe fictif</GROUPE>
 - <DEPT>Val-de-Source</DEPT>)</td><td><b><NAT>{facts.type}</NAT></b></td></tr>
<RET></RET><DRET>{slashes(facts.withdrawn)}</DRET><CRET>{facts.reason or ""}</CRET>
<tr><td>Ministère interrogé : </td><td><MINI>Eaux</MINI></td></tr>
<tr><td>Ministère attributaire : </td><td><MINA>{facts.attributions[-1][1]}</MINA></td></tr>
<tr><td>Question publiée au JO le : <b><DPQ>{slashes(facts.asked)}</DPQ></b>
 page : <b><PGQ>{facts.page_asked or ""}</PGQ></b></td></tr>
<tr><td>Réponse publiée au JO le : <b><DPR>{slashes(facts.answered)}</DPR></b>
 page : <b><PGREP>{facts.page_answered or ""}</PGREP></b></td></tr>
<DERQ></DERQ><PGERQ></PGERQ><DERR>{slashes(facts.erratum)}</DERR><PGERREP></PGERREP>
<tr><td><DSIGN>{slashes(facts.flagged)}</DSIGN>
<DRAPS>{" ".join(map(slashes, facts.renewed))}</DRAPS><DCA>{" ".join(changed)}</DCA></td></tr>
<RUBRIQUAGE><tr><td>Rubrique : <RUB>eau</RUB></td></tr>
<tr><td>Tête d'analyse : <TANA>communes</TANA></td></tr>
<tr><td>Analyse : <ANA>{". ".join(facts.analyses)}</ANA><span><DC></DC></span></td></tr>
</RUBRIQUAGE>
<tr><td><b><u>Texte de la QUESTION : </u></b></td><td>
<QUEST><html>{facts.question or ""}</html> </QUEST></td></tr>
<tr><td><b><u>Texte de la REPONSE : </u></b></td><td>
<REP><html>{facts.answer or ""}</html> </REP><COMPREP></COMPREP></td></tr></table>
<span style="visibility: hidden"><GRP>GF</GRP><NLEG>14</NLEG>
<CODRET>{facts.closure or ""}</CODRET><REG>Rives</REG><REPONSE>O</REPONSE></span>
</body></html>"""


def as_detail(facts: Facts) -> str:
    """The pages with labelled lines; a debate has no question of its own."""
    dates = "".join(f"<div>{line}</div>\n" for line in event_lines(facts, slashes, " page : {}"))
    question = f"<h3>Texte de la question</h3>\n<p>{facts.question}</p>" if facts.question else ""
    answer = (
        f'<h3>Texte de la réponse</h3><div class="reponse_contenu">\n{facts.answer}</div>'
        if facts.answer
        else ""
    )
    return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><script>"<!--"</script></head><body>
<li class="active">{TYPES[facts.type]} N°{facts.numero} de M. Anselme de La Fontaine</li>
<header class="question_legislature">14ème législature</header>
<section class="question_header">
<div id="question_col10" class="question_big_content"> Question N° {facts.numero}</div>
<div id="question_col80"> de <span><a href="https://www2/deputes/fiche/OMC_PA900001"
 title="Lien">M.&nbsp;Anselme de La Fontaine</a></span>
 (Groupe fictif - <span>Val-de-Source</span> )</div>
<div id="question_col10" class="question_big_content">{TYPES[facts.type]}</div>
</section><section class="question_info">
<div><span>Ministère interrogé &gt; </span> Eaux
</div><div><span>Ministère attributaire &gt; </span> {facts.attributions[-1][1]}
</div><div><p> <span>Rubrique &gt; </span>eau</p></div>
<div><p><span>Tête d'analyse &gt; </span>communes</p></div>
<div><p> <span>Analyse &gt; </span> {". ".join(facts.analyses)}. </p></div>
</section><div class="question_publish_date">{dates}</div>
<section class="question_answer"><div class="question">{question}</div>
<div class="answer">{answer}</div></section>
<section class="print_and_pdf"><button>Imprimer</button></section>
<footer><p>Rubrique : aucune</p></footer></body></html>"""


def as_bloc(facts: Facts) -> str:
    """The pages under /dyn/; the exchange of a question au Gouvernement is where questions are."""
    author = "M. Anselme de La Fontaine (Rives - Groupe fictif)"
    texts = facts.question or (facts.answer or "").replace(
        '</p><p align="CENTER"> L\'EAU <a name=PG4></a> </p>',
        '<br/><span class="bold"> L\'EAU  </span><br/>',
    )
    answer = (
        f'<p class="_colored-green _bold">\n Réponse  publiée   le {words(facts.answered)}  </p>'
        f'<p class="_pa-small">{facts.answer}</p>'
        if facts.answer and facts.question
        else ""
    )
    journal = "".join(
        f'<a class="link" href="jo.pdf">Publication de la {which} au Journal Officiel\n'
        f" du {words(day)}, page {page}</a><br>"
        for which, day, page in (
            ("question", facts.asked, facts.page_asked),
            ("réponse", facts.answered, facts.page_answered),
        )
        if day and facts.question
    )
    events = "".join(f"<br><span> {line}</span>" for line in event_lines(facts, words))
    when = (
        f"Dates : {events}"
        if facts.question
        else "Date de la séance : <span>La question a été posée au Gouvernement en séance, parue"
        f" dans le journal officiel le {words(facts.answered)}</span>"
    )
    return f"""<!doctype html><html lang="fr"><head><title>Question n°{facts.numero}</title>
<meta property="og:url" content="https://www/dyn/14/questions/QANR5L14{facts.type}{facts.numero}">
</head><body><nav>Questions 17<sup>e</sup> législature</nav><main id="main">
<div class="an-bloc _style-question" data-id="QANR5L14{facts.type}{facts.numero} / Bloc">
<div class="title"><span class="h4">{TYPES[facts.type]} n°{facts.numero} :
 <span class="_regular">{" ; ".join(facts.analyses)}</span></span></div>
<span class="h6">14ème Législature</span><div>{journal}</div>
<div class="ha-grid"><div class="_pa-small"><p class="_colored-primary">
<span class="_bold">Question de :</span> <span>{author}</span></p>
<p class="_pa-small">{texts}</p></div><div class="_pa-small">{answer}</div></div>
<div class="ha-grid-item size-1"><span class="h5">Données clés</span>
<p>Auteur : <span><a data-document-id="PA900001" href="/dyn/x">{author}</a></span></p>
<p>Type de question : <span>{TYPES[facts.type]}</span></p><p>Rubrique : <span>Eau</span></p>
<p>Tête d'analyse : <span>communes</span></p><p>Ministère interrogé : <span>Eaux</span></p>
<p id="blocMinistereAttributaire">Ministère répondant :
 <span>{facts.attributions[-1][1]}</span></p><p>{when}</p></div>
<div class="bloc-actions container">partager</div></div></main>
<footer><p>Rubrique : aucune</p></footer></body></html>"""


def as_text(facts: Facts) -> str:
    """The page as text: tables and emphasis are gone."""
    answer = (
        "Les puits sont curés en mai :\n\nPUITS\ndu bourg ANNÉE\n1\u00a0960"
        if facts.answer == TABLE
        else "L'EAU\n\nM. le président. La parole est à M. Anselme de La Fontaine.\n\nOui."
        if facts.type == "QG"
        else "M. le président. La parole est à M. Anselme de La Fontaine."
    )
    question = (facts.question or "").replace("&#8364;", "€")
    dates = "\n\n".join(event_lines(facts, words, ", page {}"))
    return f"""ASSEMBLÉE NATIONALE

14ème législature

{" ; ".join(facts.analyses)}

{TYPES[facts.type]} n° {facts.numero}

{f"Texte de la question{chr(10) * 2}{question}" if question else ""}

{f"Texte de la réponse{chr(10) * 2}{answer}" if facts.answer else ""}

Données clés

Auteur : [M. Anselme de La Fontaine](#)

Circonscription : Val-de-Source (1<sup>re</sup> circonscription) - Groupe fictif

Type de question : {TYPES[facts.type]}

Numéro de la question : {facts.numero}

Rubrique : Eau

Tête d'analyse : communes

Ministère interrogé : [Eaux](#)

Ministère attributaire : [{facts.attributions[-1][1]}](#)

Date(s) clé(s)

{dates}
"""


def event_lines(facts: Facts, show: Callable[[date | None], str], page: str = "") -> list[str]:
    """What pages say of each event, dates and pages as `show` and `page` write them."""

    def at(number: int | None) -> str:
        return page.format(number) if number else ""

    jo, changed = "au JO le :" if page else "le", facts.attributions[1:]
    lines = {
        f"Question publiée {jo} {show(facts.asked)}{at(facts.page_asked)}": facts.asked,
        f"Réponse publiée {jo} {show(facts.answered)}{at(facts.page_answered)}": facts.answered,
        f"Erratum de la réponse publié au JO le : {show(facts.erratum)}": facts.erratum,
        f"Date de signalement : {show(facts.flagged)}": facts.flagged,
        f"Date de renouvellement : {', '.join(map(show, facts.renewed))}": facts.renewed,
        f"Date de changement d'attribution : {show(changed[-1][0] if changed else None)}": changed,
        f"Question retirée le : {show(facts.withdrawn)} ({facts.reason})": facts.withdrawn,
    }
    return [line for line, told in lines.items() if told]


def iso(day: date | None) -> str | None:
    """YYYY-MM-DD."""
    return day and day.isoformat()


def slashes(day: date | None) -> str:
    """DD/MM/YYYY."""
    return f"{day:%d/%m/%Y}" if day else ""


def words(day: date | None) -> str:
    """In French."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}" if day else ""


FORMATS: Final[Mapping[str, Callable[[Facts], str]]] = {
    "json": as_json,
    "xml": as_xml,
    "fiche": as_fiche,
    "detail": as_detail,
    "bloc": as_bloc,
    "text": as_text,
}

ACTORS: Final = {
    "acteur": {
        "uid": "PA900001",
        "etatCivil": {"ident": {"civ": "M.", "prenom": "Anselme", "nom": "de La Fontaine"}},
        "mandats": {
            "mandat": {
                "typeOrgane": "ASSEMBLEE",
                "legislature": "14",
                "dateDebut": "2012-06-20",
                "election": {"lieu": {"departement": "Val-de-Source", "numCirco": "1"}},
            }
        },
    }
}
"""Who asked, as the actors' files tell it."""
