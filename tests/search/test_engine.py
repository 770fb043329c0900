"""The one door to an index, and what an engine answers."""

from __future__ import annotations

import json
import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from index.columnar.index import ColumnarIndex
from index.errors import IndexFormatError, IndexMissing
from index.question import Question, make_question
from index.stores.manifest import MANIFEST_NAME
from index.stores.whoosh_store import open_store
from search.engine import Engine, Health, open_engine
from search.facets import FACETS
from search.request import SearchRequest
from tests.conftest import MakeEngine
from tests.damaging import change_manifest
from tests.publishing import publish

DONNEES_AU = date(2026, 5, 12)
RIVERS = ("rivière", "fleuve", "lac", "étang", "canal")


def question(number: int, **given: Any) -> Question:
    """A written question of the current législature."""
    return make_question(**({"uid": f"QANR5L17QE{number}", "source": "a.json"} | given))


QUESTIONS = [
    question(
        number,
        titre=f"La {RIVERS[number % 5]} de la commune",
        rubrique=("Eau", "Pêche", None)[number % 3],
        auteur=("Mme Ada Doré", "M. Élie Brun")[number % 2],
        acteur_ref=("PA1", "PA2")[number % 2],
        groupe=("Groupe des îles", "Groupe des monts")[number % 2],
        groupe_sigle=("GDI", "GDM")[number % 2],
        ministere="Écologie" if number % 4 else "Écologie et mer",
        texte_question=f"<p>Une {RIVERS[number % 5]} déborde & <em>coupe</em> l’allée.</p>",
        texte_reponse=None if number % 3 == 0 else f"<p>Réponse aux {RIVERS[number % 3]}s.</p>",
        date_question=date(2026, 1 + number % 4, 1 + number % 28),
        date_reponse=None if number % 3 == 0 else DONNEES_AU,
        date_signalement=date(2026, 5, 5) if number % 10 == 0 else None,
    )
    for number in range(1, 61)
]


@pytest.fixture(scope="module")
def engine(make_engine: MakeEngine) -> Engine:
    """An engine over sixty questions."""
    return make_engine(QUESTIONS)


def uids(engine: Engine, *params: tuple[str, str]) -> list[str]:
    """The uids of the results of a search, in order."""
    return [hit.question.uid for hit in engine.search(SearchRequest.from_params(params)).hits]


class TestOpening:
    """A directory that is no index says what it is and what to do."""

    def test_a_missing_directory(self, tmp_path: Path) -> None:
        """Nothing there: the command that makes an index is told."""
        with pytest.raises(IndexMissing) as caught:
            open_engine(tmp_path / "none")

        assert str(caught.value).startswith(f"no index in {tmp_path}/none: make one with `qe index")

    def test_an_empty_directory(self, tmp_path: Path) -> None:
        """An empty directory is as good as none."""
        with pytest.raises(IndexMissing):
            open_engine(str(tmp_path))

    def test_a_manifest_without_a_build(self, tmp_path: Path) -> None:
        """A first build that never published."""
        with open_store(tmp_path, fictional=False, today=DONNEES_AU):
            pass
        for path in tmp_path.glob("_MAIN_*"):
            path.unlink()

        with pytest.raises(IndexMissing) as caught:
            open_engine(tmp_path)
        assert "holds no question yet" in str(caught.value)

    def test_a_foreign_directory(self, tmp_path: Path) -> None:
        """Files that no build made."""
        (tmp_path / "notes.txt").write_text("x")

        with pytest.raises(IndexFormatError) as caught:
            open_engine(tmp_path)
        assert str(caught.value) == (
            f"{tmp_path} holds files but is no index (no {MANIFEST_NAME}): "
            "name another directory with --index"
        )

    def test_a_file(self, tmp_path: Path) -> None:
        """A file in place of a directory."""
        (tmp_path / "file").write_text("x")

        with pytest.raises(IndexFormatError, match="is a file"):
            open_engine(tmp_path / "file")

    @pytest.mark.parametrize("change", [{"format_version": 99}, {"analyser": "x"}, {"created": 1}])
    def test_another_version(self, tmp_path: Path, change: dict[str, Any]) -> None:
        """An index of another version, or a damaged manifest: make it again."""
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[:1])
        change_manifest(tmp_path, **change)

        with pytest.raises(IndexFormatError, match=f"--rebuild SOURCE... --index {tmp_path}"):
            open_engine(tmp_path)

    def test_a_lost_file(self, tmp_path: Path) -> None:
        """An index without one of its arrays is refused, and the array's file is named."""
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[:1])
        (lost,) = tmp_path.glob("*.lengths")
        lost.unlink()

        with pytest.raises(IndexFormatError, match=f"{lost.name} is missing"):
            open_engine(tmp_path)

    def test_a_new_generation_that_cannot_be_read(self, tmp_path: Path) -> None:
        """A running engine goes on answering from the generation it holds."""
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[:1])
        engine = open_engine(tmp_path)
        held = set(tmp_path.iterdir())
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[1:3])
        for path in set(tmp_path.glob("*.lengths")) - held:
            path.unlink()

        assert engine.search(SearchRequest()).total == 1
        assert engine.health().generation == 1
        engine.close()

    def test_a_new_generation_is_noticed(self, tmp_path: Path) -> None:
        """Though a directory that hasn't changed for long is not listed for each search."""
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[:1])
        os.utime(tmp_path, (0, 0))
        engine = open_engine(tmp_path)
        totals = [engine.search(SearchRequest()).total]
        with patch.object(ColumnarIndex, "latest_generation", side_effect=AssertionError):
            totals.append(engine.search(SearchRequest()).total)
        with open_store(tmp_path, fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[1:3])
        totals.append(engine.search(SearchRequest()).total)

        assert totals == [1, 1, 3]
        engine.close()

    def test_a_link_that_leads_elsewhere(self, tmp_path: Path) -> None:
        """Another index is taken up, though both are of the same generation and unchanged."""
        for name, number in (("one", 1), ("other", 2)):
            with open_store(tmp_path / name, fictional=False, today=DONNEES_AU) as store:
                publish(store, QUESTIONS[:number])
            os.utime(tmp_path / name, (0, 0))
        link = tmp_path / "index"
        link.symlink_to("one")
        engine = open_engine(link)
        totals = [engine.search(SearchRequest()).total]
        for name in ("other", "one"):
            (tmp_path / "next").symlink_to(name)
            (tmp_path / "next").rename(link)
            totals.append(engine.search(SearchRequest()).total)

        assert totals == [1, 2, 1]
        engine.close()

    def test_a_link_that_leads_to_no_index(self, tmp_path: Path) -> None:
        """A running engine goes on with what it holds: the link may be on its way elsewhere."""
        with open_store(tmp_path / "one", fictional=False, today=DONNEES_AU) as store:
            publish(store, QUESTIONS[:1])
        link = tmp_path / "index"
        link.symlink_to("one")
        engine = open_engine(link)
        link.unlink()
        totals = [engine.search(SearchRequest()).total]
        (tmp_path / "empty").mkdir()
        link.symlink_to("empty")
        totals.append(engine.search(SearchRequest()).total)

        assert totals == [1, 1]
        engine.close()


class TestSearch:
    """What the results hold, whatever the words."""

    def test_everything(self, engine: Engine) -> None:
        """Without words, all questions, newest first, ten a page."""
        results = engine.search(SearchRequest())

        assert (results.total, results.pages, len(results.hits)) == (60, 6, 10)
        days = [hit.question.date_question or date.min for hit in results.hits]
        assert days == sorted(days, reverse=True)

    def test_pages_hold_each_question_once(self, engine: Engine) -> None:
        """Equal scores never repeat or lose a question across pages."""
        pages = [uids(engine, ("q", "commune"), ("page", str(page))) for page in range(1, 7)]
        shown = [uid for page in pages for uid in page]

        assert sorted(shown) == sorted(question.uid for question in QUESTIONS)

    def test_a_page_past_the_end(self, engine: Engine) -> None:
        """Is empty, and the total stays."""
        results = engine.search(SearchRequest(page=999_999_999))

        assert (results.total, results.hits) == (60, ())

    def test_the_body_is_json(self, engine: Engine) -> None:
        """Every facet is there, and what JSON writes, JSON reads."""
        body = engine.search(SearchRequest.from_params([("q", "rivière"), ("x", "1")])).as_json()

        assert list(body["facettes"]) == [facet.name for facet in FACETS]
        assert body["indications"] == ["Paramètre « x » inconnu : ignoré."]
        assert json.loads(json.dumps(body)) == body

    def test_a_value_in_any_spelling(self, engine: Engine) -> None:
        """Is made canonical, in the request and so in the URL."""
        params = [("auteur", "ada dore"), ("groupe", "gdi"), ("rubrique", "PECHE")]
        results = engine.search(SearchRequest.from_params(params))

        assert results.total > 0
        assert results.request.url() == (
            "/?rubrique=P%C3%AAche&groupe=Groupe+des+%C3%AEles&auteur=Mme+Ada+Dor%C3%A9"
        )

    def test_a_person_by_reference(self, engine: Engine) -> None:
        """An `acteur_ref` names the person who bears it."""
        assert uids(engine, ("auteur", "PA2")) == uids(engine, ("auteur", "M. Élie Brun"))

    def test_filters_that_hide_everything(self, engine: Engine) -> None:
        """The total without them is told, and nothing comes close instead."""
        results = engine.search(SearchRequest.from_params([("q", "rivière"), ("annee", "1999")]))

        assert (results.total, results.approches) == (0, ())
        assert results.indications == ("Aucune question avec ces filtres ; 12 questions sans eux.",)

    def test_no_question_has_all_the_words(self, engine: Engine) -> None:
        """The closest come apart, and totals and facets stay empty."""
        results = engine.search(SearchRequest(q="rivière déborde zorglub"))

        assert results.total == 0
        assert results.hits == ()
        assert {hit.question.uid for hit in results.approches} == {
            q.uid for q in QUESTIONS if "rivière" in (q.titre or "")
        }
        assert all(not facet.valeurs and not facet.sans for facet in results.facets.values())

    def test_forms(self, engine: Engine) -> None:
        """The forms of each word are told with the questions that hold them."""
        results = engine.search(SearchRequest(q="allées"))

        assert results.formes["allées"]["allée"] == 60


class TestQuestion:
    """One question, and what stands around it."""

    def test_get(self, engine: Engine) -> None:
        """The whole record, under exactly its uid."""
        assert engine.get("QANR5L17QE7") == QUESTIONS[6]

    @pytest.mark.parametrize("uid", ["qanr5l17qe7", "QANR5L17QE61", "", "QANR5L17QE7 ", "\ud800"])
    def test_get_nothing(self, engine: Engine, uid: str) -> None:
        """Any other text names no question."""
        assert engine.get(uid) is None

    def test_highlight(self, engine: Engine) -> None:
        """Title and texts are HTML with the words marked, the rest of the record is as it was."""
        text = "<p>L’<em>allée</em> &amp; l’eau</p>"
        made = question(900, titre="Eau & <air>", texte_question=text)
        (marked,) = engine.highlight([made], SearchRequest(q="allees eau"))

        assert marked.titre == "<mark>Eau</mark> &amp; &lt;air&gt;"
        assert marked.texte_question == (
            "<p>L’<em><mark>allée</mark></em> &amp; l’<mark>eau</mark></p>"
        )
        assert replace(marked, titre=made.titre, texte_question=made.texte_question) == made

    def test_highlight_without_words(self, engine: Engine) -> None:
        """Nothing is marked, and a title is escaped all the same."""
        (marked,) = engine.highlight([question(900, titre="Eau & air")], SearchRequest())

        assert (marked.titre, marked.texte_reponse) == ("Eau &amp; air", None)

    def test_highlight_keeps_to_the_side(self, engine: Engine) -> None:
        """`champ` limits the marks as it limits the search."""
        made = engine.get("QANR5L17QE5")
        assert made is not None

        (marked,) = engine.highlight([made], SearchRequest(q="rivière", champ="reponse"))
        assert "<mark>" not in (marked.titre or "") + (marked.texte_question or "")

    def test_same_answer(self, engine: Engine) -> None:
        """The other questions of one answer, newest first, the question itself left out."""
        made = engine.get("QANR5L17QE4")
        assert made is not None

        others = engine.same_answer(made)
        expected = {q.uid for q in QUESTIONS if q.texte_reponse == made.texte_reponse} - {made.uid}
        assert {other.uid for other in others} == expected
        days = [other.date_question or date.min for other in others]
        assert days == sorted(days, reverse=True)

    def test_no_answer_is_not_the_same_answer(self, engine: Engine) -> None:
        """Waiting questions have nothing in common."""
        assert engine.same_answer(QUESTIONS[2]) == ()


class TestFacet:
    """One facet of a search."""

    def test_the_same_as_in_the_search(self, engine: Engine) -> None:
        """Without a prefix, what the search says."""
        request = SearchRequest.from_params([("q", "rivière"), ("groupe", "GDI")])

        alone = {facet.name: engine.facet(request, facet.name, "") for facet in FACETS}
        assert alone == engine.search(request).facets

    @pytest.mark.parametrize("prefix", ["eco", "ÉCO", "Éco", "mer"])
    def test_prefix(self, engine: Engine, prefix: str) -> None:
        """Any word of a value may begin so, accents and case aside."""
        values = engine.facet(SearchRequest(), "ministere", prefix).valeurs

        assert "Écologie et mer" in [value.valeur for value in values]

    def test_a_prefix_of_nothing(self, engine: Engine) -> None:
        """No value, and what has none is still counted."""
        counts = engine.facet(SearchRequest(), "rubrique", "zzz")

        assert counts.valeurs == ()
        assert counts.sans == 20

    def test_a_facet_ignores_its_own_filter(self, engine: Engine) -> None:
        """Choosing a value leaves the counts of the others in place."""
        chosen = SearchRequest.from_params([("rubrique", "Eau")])

        values = engine.facet(chosen, "rubrique", "").valeurs
        counts = {value.valeur: (value.nombre, value.choisie) for value in values}
        assert counts == {"Eau": (20, True), "Pêche": (20, False)}


def test_a_reversed_period_is_told(engine: Engine) -> None:
    """No question is between a day and one before it: it is no mistake, and said in words."""
    request = SearchRequest.from_params(
        [("q", "rivière"), ("du", "2025-02-01"), ("au", "2025-01-01")]
    )
    results = engine.search(request)

    assert results.total == 0
    assert "La période demandée se termine avant de commencer." in results.indications


def test_health(engine: Engine) -> None:
    """Generation, size and newest JO date of what is held."""
    assert replace(engine.health(), edition="") == Health(1, 60, DONNEES_AU, fictional=False)


def test_an_edition_is_of_one_index(make_engine: MakeEngine) -> None:
    """An index made anew of the same questions, of the same generation, is another one."""
    question = make_question(uid="QANR5L17QE1", date_question=DONNEES_AU, source="a")
    one, other = (make_engine([question]).health() for _ in range(2))

    assert replace(one, edition="") == replace(other, edition="")
    assert one.edition != other.edition


def test_the_edition_of_a_copy_is_the_same(tmp_path: Path) -> None:
    """Two machines that serve one index give the same answers."""
    with open_store(tmp_path / "one", fictional=False, today=DONNEES_AU) as store:
        publish(store, [make_question(uid="QANR5L17QE1", source="a")])
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    with (
        closing(open_engine(tmp_path / "one")) as one,
        closing(open_engine(tmp_path / "copy")) as c,
    ):
        editions = {one.health().edition, c.health().edition}

    assert len(editions) == 1


def test_threads_share_an_engine(engine: Engine) -> None:
    """Four threads of two hundred searches each read what one thread reads."""
    requests = [
        SearchRequest.from_params([("q", q), ("tri", sort), ("groupe", group), ("page", page)])
        for q in ("rivière", "lac étang", '"coupe l’allée"', "ri*", "canal -lac", "eau zorglub")
        for sort in ("pertinence", "recent", "delai")
        for group in ("", "GDI")
        for page in ("1", "2")
    ]

    def answer(number: int) -> str:
        request = requests[number % len(requests)]
        body = engine.search(request).as_json() | {"duree_ms": 0}
        known = engine.get(QUESTIONS[number % 60].uid)
        assert known is not None
        (marked,) = engine.highlight([known], request)
        return json.dumps([body, marked.titre, len(engine.same_answer(known))])

    alone = [answer(number) for number in range(200)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(answer, [*range(200)] * 4))

    assert together == alone * 4


def test_excerpts_mark_nothing_but_what_matched(engine: Engine) -> None:
    """A word that only an excluded or failed branch holds is not marked."""
    request = SearchRequest(q="rivière OU (lac zorglub)")
    for hit in engine.search(request).hits:
        shown = " ".join((*hit.extraits.question, hit.titre_html or ""))
        assert set(re.findall("<mark>(.*?)</mark>", shown)) == {"rivière"}
