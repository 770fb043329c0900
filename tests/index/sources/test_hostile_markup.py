"""XML and HTML made to harm: each is refused or cleaned, with a reason, and the rest is read."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from index.sources.encodings import LARGEST_PAGE
from tests.index.sources.one_question import Facts, as_bloc, as_detail, as_fiche, as_xml

Read = Callable[..., Any]
Write = Callable[[str, Any], Path]

XML: Final = as_xml(Facts())
DECLARATION, QUESTION = XML.split("\n", 1)
LAUGHS: Final = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 10))
PAGE: Final = as_detail(Facts(answer="@"))
UTF_8: Final = PAGE.encode()
LATIN_1: Final = PAGE.replace('charset="utf-8"', "charset=iso-8859-1").encode("cp1252")

REFUSED: Final[dict[str, tuple[str | bytes, str]]] = {
    "entities that expand": (
        f'{DECLARATION}<!DOCTYPE QUESTION [<!ENTITY l0 "lol">{LAUGHS}]>'
        + QUESTION.replace("eau", "&l9;"),
        "XML with a DTD, which no published question has: leave it out",
    ),
    "one long entity, many times": (
        f'{DECLARATION}<!DOCTYPE QUESTION [<!ENTITY a "{"a" * 10_000}">]>'
        + QUESTION.replace("eau", "&a;" * 10_000),
        "XML with a DTD, which no published question has: leave it out",
    ),
    "an external entity": (
        f'{DECLARATION}<!DOCTYPE QUESTION [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        + QUESTION.replace("eau", "&x;"),
        "XML with a DTD, which no published question has: leave it out",
    ),
    "an external DTD": (
        f'<!DOCTYPE QUESTION SYSTEM "http://127.0.0.1:9/q.dtd">{QUESTION}',
        "XML with a DTD, which no published question has: leave it out",
    ),
    "an entity that nothing declares": (
        XML.replace("eau", "&eau;", 1),
        "damaged XML at line 12 column 3 (undefined entity): download it again",
    ),
    "elements in each other": (
        XML.replace("<MINI>", "<a>" * 100_000, 1),
        "XML of more than 50 elements in each other",
    ),
    "an XML cut short": (
        XML[: len(XML) // 2],
        "damaged XML at line 14 column 76 (no element found): download it again",
    ),
    "another root": (
        f"{DECLARATION}<QUESTIONS>{QUESTION}</QUESTIONS>",
        "XML whose root is QUESTIONS, not a QUESTION",
    ),
    "NUL in XML": (
        XML.replace("eau", "e\0au", 1),
        "damaged XML at line 12 column 29 (not well-formed (invalid token)): download it again",
    ),
    "a page larger than any": (
        as_fiche(Facts(answer="a" * LARGEST_PAGE)),
        "one question of more than 2 MB: leave it out",
    ),
    "an XML larger than any": (
        as_xml(Facts(answer="a" * LARGEST_PAGE)),
        "one question of more than 2 MB: leave it out",
    ),
    "bytes that UTF-8 does not have": (
        UTF_8.replace(b"@", b"\xc3("),
        f"not utf-8 at byte {UTF_8.index(b'@') + 1}: convert it to UTF-8",
    ),
    "bytes that the declared encoding does not have": (
        LATIN_1.replace(b"@", b"\x81"),
        f"not windows-1252 at byte {LATIN_1.index(b'@') + 1}: convert it to UTF-8",
    ),
    "bytes that XML does not declare": (
        XML.encode().replace(b"eau", b"\xe9", 1),
        f"not utf-8 at byte {XML.encode().index(b'eau') + 1}: convert it to UTF-8",
    ),
    "an encoding that nobody knows": (
        as_detail(Facts()).replace('charset="utf-8"', "charset=x-none").encode("cp1252"),
        "unknown encoding 'x-none': convert it to UTF-8",
    ),
    "an encoding that is none": (
        as_detail(Facts()).replace('charset="utf-8"', "charset=hex").encode("cp1252"),
        "unknown encoding 'hex': convert it to UTF-8",
    ),
    "an encoding that Python has to refuse everything": (
        as_detail(Facts()).replace('charset="utf-8"', "charset=undefined").encode("cp1252"),
        "unknown encoding 'undefined': convert it to UTF-8",
    ),
    "a number of a thousand digits": (
        as_fiche(Facts()).replace("900001", "9" * 1_000),
        f"« Numéro de la question » '{'9' * 59} is not a number",
    ),
    "a day in the year 20200": (
        as_fiche(Facts()).replace("07/01/2014", "07/01/20200"),
        "« Question publiée au JO le » '07/01/20200' is not a date (expected YYYY-MM-DD)",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_made_to_harm_is_refused_with_its_reason(
    name: str, write: Write, read: Read
) -> None:
    """The file is one reject, whose reason says what is wrong; the others are read."""
    content, reason = REFUSED[name]
    outcomes = read(write("a", as_xml(Facts(numero=900_009))), write("b", content))

    assert [reject.reason for reject in outcomes.rejects] == [reason]
    assert [question.numero for question in outcomes.questions] == [900_009]


@pytest.mark.parametrize(
    "content",
    [as_xml(Facts(answer="@")), as_fiche(Facts(answer="@")), as_bloc(Facts(answer="@"))],
    ids=["xml", "fiche", "bloc"],
)
def test_a_hundred_megabytes_in_one_field_are_never_held(
    content: str, tmp_path: Path, read: Read
) -> None:
    """Such a file is refused from its size and its beginning."""
    path = tmp_path / "large"
    before, after = content.encode().split(b"@", 1)
    with path.open("wb") as file:
        file.write(before)
        file.truncate(100 * 1024 * 1024)
        file.seek(0, 2)
        file.write(after)
    tracemalloc.start()
    outcomes = read(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert outcomes.reasons == ["large : one question of more than 2 MB: leave it out"]
    assert most < 4 * 1024 * 1024


@pytest.mark.parametrize("page", [as_fiche, as_detail, as_bloc])
def test_nul_bytes_and_controls_in_a_page_are_cleaned_and_told(
    page: Callable[[Facts], str], write: Write, read: Read
) -> None:
    """They are in no record, keep nothing from being read, and the account says so."""
    facts = Facts(question="Le\0 pu\x01its\x9d.")
    outcomes = read(write("page.htm", page(facts)))

    assert outcomes.questions[0].texte_question == "<p>Le puits.</p>"
    assert [remark.reason for remark in outcomes.reading.remarks] == [
        "control characters, such as NUL, were taken out"
    ]


@pytest.mark.parametrize("page", [as_fiche, as_detail, as_bloc])
@pytest.mark.parametrize(
    "unit",
    ["<p>", "<div>", "<table><tr><td>", "<!--", "<script>", "<quest>", "<", "&", "<p a='", "( - "],
)
def test_a_text_of_many_tags_leaves_the_facts_readable(
    page: Callable[[Facts], str], unit: str, write: Write, read: Read
) -> None:
    """Twenty thousand characters of one tag in the answer are a question, or a reject."""
    facts = Facts(type="QOSD", answer="Oui. " + unit * (20_000 // len(unit)))
    outcomes = read(write("page.htm", page(facts)))

    assert len(outcomes.questions) + len(outcomes.rejects) == 1
    for question in outcomes.questions:
        assert question.numero == 900_001
        assert (question.texte_reponse or "<p>Oui.").startswith("<p>Oui.")


@pytest.mark.parametrize("name", ["AUT", "RUB", "ANA", "GROUPE", "MINI", "DPQ"])
@pytest.mark.parametrize("unit", ["M. ", "de ( - ", "Rubrique :<br>"])
def test_a_fact_of_ten_thousand_words_is_one_question_or_one_reject(
    name: str, unit: str, write: Write, read: Read
) -> None:
    """No pattern looks at such a value for longer than it takes to read it."""
    page = as_fiche(Facts())
    before, rest = page.split(f"<{name}>")
    outcomes = read(write("page.htm", f"{before}<{name}>{unit * 10_000}{rest}"))

    assert len(outcomes.questions) + len(outcomes.rejects) == 1


def test_a_fact_too_long_to_be_one_is_left_out_and_told(write: Write, read: Read) -> None:
    """The question is kept without its rubrique, and the account says why."""
    outcomes = read(write("page.htm", as_fiche(Facts()).replace(">eau", ">" + "eau " * 1_000)))

    assert [remark.reason for remark in outcomes.reading.remarks] == [
        f"« Rubrique » '{'eau ' * 14}eau is too long"
    ]
    assert outcomes.questions[0].rubrique is None
