"""What the site holds and lacks, as a page and in words."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from index.question import Question, make_question
from search.corpus import Corpus, Gap, Holding
from tests.web.conftest import DONNEES_AU, MakeClient
from web.display import breakable
from web.pages.holdings import SHOWN_GAPS, SHOWN_SOURCES, gap_in_words, held_legislatures, longest


def text_of(page: str) -> str:
    """The words of a page, with plain spaces."""
    return re.sub(r"[\s\u00a0\u202f]+", " ", re.sub(r"<[^>]*>", " ", page))


def rows_of(page: str) -> list[list[str]]:
    """The cells of every line of the page's tables, headings aside."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.replace("<wbr>", ""), re.DOTALL)
    cells = (re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in rows)
    return [[text_of(cell).strip() for cell in row] for row in cells if row[0] != "Type"]


def test_each_type_of_each_legislature_has_its_line(client: FlaskClient) -> None:
    """Questions, last number, missing numbers, answers without text, newest JO, sources."""
    assert rows_of(client.get("/corpus").text) == [
        [
            "Question écrite",
            "3",
            "13 354",
            "13 351 : 1 à 2 620, 2 622 à 13 352",
            "0",
            "12 mai 2026",
            "seed.txt (3)",
        ],
        [
            "Question écrite",
            "2",
            "900 001",
            "899 999 : 1 à 18 110, 18 112 à 900 000",
            "0",
            "11 juin 2024",
            "seed.txt (1) demo.json (1)",
        ],
        [
            "Question au Gouvernement",
            "1",
            "925",
            "924 : 1 à 924",
            "0",
            "7 juin 2023",
            "qg.json (1)",
        ],
    ]


def test_the_page_leads_to_the_questions_it_counts(client: FlaskClient) -> None:
    """A number is the search that gives it."""
    page = client.get("/corpus").text
    (url,) = re.findall(r'href="(/\?legislature=16&amp;type=QG)"', page)

    assert "1 question" in text_of(client.get(url.replace("&amp;", "&")).text)


def test_the_page_is_reached_from_every_page(client: FlaskClient) -> None:
    """At the head, where it says when it is the one shown, and at the foot."""
    assert client.get("/aide").text.count('href="/corpus"') == 2
    assert '<a href="/corpus" aria-current="page">' in client.get("/corpus").text
    assert 'href="/corpus"' in client.get("/a-propos").text


def test_tables_are_told_to_screen_readers(client: FlaskClient) -> None:
    """Each has a name, headings of columns and of lines, and can be scrolled by keyboard."""
    page = client.get("/corpus").text
    named = re.findall(r'role="region" aria-labelledby="(l\d+)" tabindex="0"', page)

    assert named == ["l17", "l16"]
    assert all(f'<h2 id="{name}">' in page for name in named)
    assert page.count('scope="col"') == 7 * len(named)
    assert page.count('scope="row"') == 3


def test_nothing_missing_is_said(client_of: MakeClient) -> None:
    """In a word rather than as an empty cell."""
    questions = [make_question(uid=f"QANR5L17QE{n}", source="a.zip/q") for n in (1, 2)]

    assert rows_of(client_of(questions).get("/corpus").text) == [
        ["Question écrite", "2", "2", "Aucun", "0", "Non renseigné", "a.zip (2)"]
    ]


def test_an_empty_site_says_so(client_of: MakeClient) -> None:
    """No table without a line."""
    page = client_of([]).get("/corpus").text

    assert "<table" not in page
    assert "Ce site ne contient encore aucune question." in page


def test_names_of_sources_are_shown_as_they_are(client_of: MakeClient) -> None:
    """Whatever a file is called."""
    question: Question = make_question(uid="QANR5L17QE1", source="<b>&.json")

    assert "&lt;b&gt;&amp;.json" in client_of([question]).get("/corpus").text


@pytest.mark.parametrize(
    ("gap", "words"), [(Gap(7, 7), "7"), (Gap(1, 1200), "1 à 1 200"), (Gap(3, 4), "3 à 4")]
)
def test_a_gap_in_words(gap: Gap, words: str) -> None:
    """One number is itself."""
    assert text_of(gap_in_words(gap)) == words


def test_the_longest_gaps_are_shown() -> None:
    """In the order of their numbers; of equal ones, the first."""
    gaps = [Gap(1, 1), Gap(3, 9), Gap(11, 11), Gap(13, 14)]

    assert longest(gaps, 3) == [Gap(1, 1), Gap(3, 9), Gap(13, 14)]


def test_long_lines_are_cut_and_say_so() -> None:
    """A bounded number of gaps and of sources, and how many more there are."""
    gaps = tuple(Gap(n, n) for n in range(1, 2 * SHOWN_GAPS * 2, 2))
    archives = {f"{n}.zip": 9 - n for n in range(SHOWN_SOURCES + 2)}
    holding = Holding(17, "QE", 9, 99, gaps, 0, DONNEES_AU, archives)
    ((line,),) = (
        legislature.types
        for legislature in held_legislatures(Corpus(1, 9, DONNEES_AU, False, (holding,), {}))
    )

    assert (len(line.gaps), line.other_gaps) == (SHOWN_GAPS, len(gaps) - SHOWN_GAPS)
    assert (len(line.sources), line.other_sources) == (SHOWN_SOURCES, 2)
    assert line.missing == len(gaps)


def test_a_path_may_be_cut_after_its_parts() -> None:
    """And is safe to show."""
    assert breakable("a/b_c&.zip") == "a/<wbr>b_<wbr>c&amp;.zip"
