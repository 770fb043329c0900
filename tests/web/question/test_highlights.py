"""Marked words are numbered through a question, each once."""

from __future__ import annotations

from index.question import Question, make_question
from search.request import SearchRequest
from tests.conftest import MakeEngine
from web.question.highlights import MarkedPart, number_marks


def marked(**texts: str) -> Question:
    """A question whose texts are HTML with marks already."""
    return Question(**{**vars(make_question(uid="QANR5L17QE1", source="a")), **texts})


def test_marks_are_numbered_in_the_order_of_the_page() -> None:
    """Title, question, answer; each part says how many it has and where it begins."""
    highlights = number_marks(
        marked(
            titre="<mark>Eau</mark>",
            texte_question="<p>L’<mark>eau</mark> et l’<mark>eau</mark>.</p>",
            texte_reponse="<p>Rien.</p>",
        )
    )

    assert highlights.question.titre == '<mark id="m1">Eau</mark>'
    assert highlights.question.texte_question == (
        '<p>L’<mark id="m2">eau</mark> et l’<mark id="m3">eau</mark>.</p>'
    )
    assert highlights.parts == (MarkedPart("titre", "m1", 1), MarkedPart("question", "m2", 2))
    assert highlights.words == 3


def test_a_word_cut_by_tags_is_one() -> None:
    """The halves of a word count once, and know each other; two words in two cells are two."""
    cut = "<p><mark>1</mark><sup><mark>er</mark></sup></p>"
    cells = "<td><mark>a</mark></td><td><mark>b</mark></td>"
    highlights = number_marks(marked(texte_question=cut, texte_reponse=cells))

    assert highlights.question.texte_question == (
        '<p><mark id="m1">1</mark><sup><mark data-suite="m1">er</mark></sup></p>'
    )
    assert highlights.question.texte_reponse == (
        '<td><mark id="m2">a</mark></td><td><mark id="m3">b</mark></td>'
    )


def test_the_engine_marks_what_is_numbered(make_engine: MakeEngine) -> None:
    """The marks of an index are those that are numbered, cut words included."""
    question = make_question(
        uid="QANR5L17QE1",
        titre="Le 1er mai <mark>",
        texte_question="<p>Le 1<sup>er</sup> <mark>mai</mark> &lt;mark&gt;mai&lt;/mark&gt;.</p>",
        source="a",
    )
    engine = make_engine([question])
    highlights = number_marks(*engine.highlight([question], SearchRequest(q="1er mai")))
    text = highlights.question.texte_question or ""

    assert [(part.name, part.words) for part in highlights.parts] == [("titre", 2), ("question", 4)]
    assert '<mark id="m3">1</mark><sup><mark data-suite="m3">er</mark></sup>' in text
    assert '&lt;mark&gt;<mark id="m6">mai</mark>&lt;/mark&gt;' in text
    assert (highlights.question.titre or "").endswith("&lt;mark&gt;")


def test_an_exchange_is_called_so() -> None:
    """A question au Gouvernement without a text of its own has no answer apart."""
    exchange = Question(
        **{
            **vars(make_question(uid="QANR5L16QG1", source="a")),
            "texte_reponse": "<p><mark>a</mark></p>",
        }
    )

    assert [part.name for part in number_marks(exchange).parts] == ["échange"]
