"""Each command end to end: what it prints, where, and how it exits."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from index.columnar.array_file import HEADER_SIZE
from index.question import Question, make_question
from index.stores.manifest import MANIFEST_NAME
from index.stores.whoosh_store import read_report
from search.engine import open_engine
from search.request import PARAMETERS, SearchRequest
from search.results import Extraits, Hit, SearchResults
from tests.damaging import overwrite
from web.commands import main
from web.commands.search import search_command
from web.commands.shell import shown_progress
from web.commands.text import render_question, render_results

COMMANDS = main.list_commands(click.Context(main))

WAITING = make_question(
    uid="QANR5L17QE2621",
    titre="Cotisations sociales des apprentis",
    auteur="Mme Denise Brûlart",
    groupe="Ensemble pour la République",
    ministere="Travail",
    rubrique="Emploi",
    texte_question="<p>Elle l'interroge sur les cotisations &amp; les aides.</p>",
    date_question=date(2025, 4, 22),
)
ANSWERED = make_question(
    uid="QANR5L16QE18111",
    titre="Avenir des retraites",
    auteur="M. Paul Durand",
    ministere="Santé",
    texte_question="<p>Il demande un calendrier.</p>",
    texte_reponse="<p>Les cotisations sociales y pourvoient.</p>",
    date_question=date(2024, 1, 2),
    page_jo_question=12,
    date_reponse=date(2024, 3, 5),
)


@pytest.fixture(autouse=True)
def no_default_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the index of whoever runs it."""
    monkeypatch.delenv("QE_INDEX", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return export(tmp_path / "questions.ndjson", WAITING, ANSWERED)


@pytest.fixture
def directory(tmp_path: Path, source: Path) -> Path:
    """An index of two questions."""
    directory = tmp_path / "an index"
    assert qe("index", source, "--index", directory).exit_code == 0
    return directory


def export(path: Path, *questions: Question, line: str = "") -> Path:
    """A file of our own NDJSON."""
    lines = [json.dumps(question.as_record(None)) for question in questions]
    path.write_text("\n".join([*lines, line]), encoding="utf-8")
    return path


def qe(*arguments: object) -> Result:
    """Run `qe` as a shell would."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments], prog_name="qe")


# index


def test_index_prints_the_account_and_the_next_step(source: Path, tmp_path: Path) -> None:
    """The account comes first; the next commands name the index, quoted for a shell."""
    result = qe("index", source, "--index", tmp_path / "an index")

    assert result.exit_code == 0
    assert result.stdout == (
        "2 read: 2 indexed, 0 unchanged, 0 superseded, 0 rejected\n"
        f"next: qe search \"cotisations sociales\" --index '{tmp_path}/an index'\n"
        f"  or: qe serve --index '{tmp_path}/an index'\n"
    )


def test_index_says_one_plain_line_a_step_off_a_terminal(source: Path, tmp_path: Path) -> None:
    """Logs get words, not bars."""
    lines = qe("index", source, "--index", tmp_path / "i").stderr.splitlines()

    assert lines[:2] == ["Looking for actors' files...", "Reading questions..."]
    assert len(lines) == len(set(lines))


def test_index_defaults_to_var_index(source: Path, tmp_path: Path) -> None:
    """The next step then names no index."""
    result = qe("index", source)

    assert (tmp_path / "var" / "index" / MANIFEST_NAME).exists()
    assert result.stdout.endswith("  or: qe serve\n")


def test_index_defaults_to_the_environment(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`$QE_INDEX` comes before `var/index`."""
    monkeypatch.setenv("QE_INDEX", str(tmp_path / "elsewhere"))
    qe("index", source)

    assert (tmp_path / "elsewhere" / MANIFEST_NAME).exists()
    assert not (tmp_path / "var").exists()


def test_index_exits_3_when_something_was_rejected(tmp_path: Path) -> None:
    """The first rejects are shown with their place and reason, then where the rest is."""
    source = export(tmp_path / "q.ndjson", WAITING, line="{\n" * 7)

    result = qe("index", source, "--index", tmp_path / "i")

    assert result.exit_code == 3
    assert "8 read: 1 indexed, 0 unchanged, 0 superseded, 7 rejected\n" in result.stdout
    assert result.stdout.count("  rejected: q.ndjson, line ") == 5
    assert f"  and 2 more: see {tmp_path}/i/rejects.ndjson\n" in result.stdout


def test_index_of_nothing_new_says_so(source: Path, directory: Path) -> None:
    """And proposes nothing."""
    assert qe("index", source, "--index", directory).stdout == (
        "2 read: 0 indexed, 2 unchanged, 0 superseded, 0 rejected\n"
        "nothing new: nothing was published\n"
    )


def test_index_of_a_path_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    """A slip of the hand stops before anything is read."""
    result = qe("index", tmp_path / "nope.zip", "--index", tmp_path / "i")

    assert result.exit_code == 2
    assert "nope.zip' does not exist" in result.stderr


def test_index_without_source_is_bad_usage() -> None:
    """There is nothing to guess."""
    assert qe("index").exit_code == 2


def test_a_rebuild_without_source_reads_the_kept_archives(source: Path, tmp_path: Path) -> None:
    """They stand beside the index; without any, one line says how they come there."""
    missing = qe("index", "--rebuild", "--index", tmp_path / "i")
    archives = tmp_path / "i.archives"
    archives.mkdir()
    shutil.copy(source, archives)

    rebuilt = qe("index", "--rebuild", "--index", tmp_path / "i")

    assert (missing.exit_code, rebuilt.exit_code) == (1, 0)
    assert f"no archive is kept in {tmp_path / 'i.archives'}" in missing.stderr


def test_index_of_nothing_recognised_fails_on_one_line(tmp_path: Path) -> None:
    """What, why, and no traceback."""
    (tmp_path / "a.txt").write_text("Bonjour.")

    result = qe("index", tmp_path / "a.txt", "--index", tmp_path / "i")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1].startswith(f"qe: no question in {tmp_path}/a.txt: ")


def test_index_interrupted_exits_130(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl+C is worded and leaves no half-made index."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("index.stores.whoosh_store.WhooshStore.publish", interrupted)

    result = qe("index", source, "--index", tmp_path / "i")

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == (
        "qe: interrupted: nothing was left half done; the same command starts again"
    )
    assert not (tmp_path / "i").exists()


def test_a_disk_error_is_one_line(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the file."""

    def failing(*_: object) -> None:
        raise OSError(5, "Input/output error", "/srv/i/x.seg")

    monkeypatch.setattr("index.stores.whoosh_store.WhooshStore.publish", failing)

    result = qe("index", source, "--index", tmp_path / "i")

    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == "qe: /srv/i/x.seg: Input/output error"


def test_the_five_seeds_are_indexed(tmp_path: Path, shared: Path) -> None:
    """The publisher's pages as text, all of them."""
    result = qe("index", shared / "seeds", "--index", tmp_path / "i")

    assert result.exit_code == 0
    assert result.stdout.startswith("5 read: 5 indexed, 0 unchanged, 0 superseded, 0 rejected\n")


# search


def test_search_prints_french_text(directory: Path) -> None:
    """Marked words stand between quotes where nothing can be bold."""
    result = qe("search", "cotisations", "sociales", "--index", directory)

    assert result.exit_code == 0
    assert result.stderr == ""
    lines = result.stdout.splitlines()
    assert lines[:2] == ["« cotisations sociales »", "2\u00a0questions"]
    assert "QANR5L17QE2621  «Cotisations» «sociales» des apprentis" in lines
    assert any(line.startswith("  Réponse : Les «cotisations» «sociales»") for line in lines)
    assert "  https://questions.assemblee-nationale.fr/q17/17-2621QE.htm" in lines
    assert lines[-1] == "Données arrêtées au JO du 22\u00a0avril 2025."


def test_search_json_is_the_body_of_the_api(directory: Path) -> None:
    """Accents as they are, one space of indent, nothing else on either stream."""
    result = qe("search", "cotisations", "--legislature", "17", "--json", "--index", directory)

    request = SearchRequest.from_params([("q", "cotisations"), ("legislature", "17")])
    expected = open_engine(directory).search(request).as_json()
    given = json.loads(result.stdout)
    assert given | {"duree_ms": 0} == expected | {"duree_ms": 0}
    assert list(given) == list(expected)
    assert result.stdout.startswith('{\n "requete": {\n  "q"')
    assert "Santé" in qe("search", "--json", "--index", directory).stdout


def test_search_has_an_option_for_every_parameter() -> None:
    """None is forgotten when the table of parameters grows."""
    options = {o for parameter in search_command.params for o in parameter.opts}

    for parameter in PARAMETERS[1:]:
        assert f"--{parameter.name.replace('_', '-')}" in options


@pytest.mark.parametrize(
    ("options", "uids"),
    [
        (["--legislature", "16", "--legislature", "17"], ["QANR5L17QE2621", "QANR5L16QE18111"]),
        (["--ministere", "-Travail"], ["QANR5L16QE18111"]),
        (["--statut", "en_attente"], ["QANR5L17QE2621"]),
        (["--tri", "ancien", "--par", "1"], ["QANR5L16QE18111"]),
        (["--tri", "ancien", "--par", "1", "--page", "2"], ["QANR5L17QE2621"]),
        (["--reponse-du", "2024-01-01"], ["QANR5L16QE18111"]),
        (["retraites", "--champ", "reponse"], []),
        (["cotisations -apprentis"], ["QANR5L16QE18111"]),
    ],
)
def test_search_options_are_the_parameters_of_the_site(
    directory: Path, options: list[str], uids: list[str]
) -> None:
    """Facets repeat and exclude, and a query alone is not required."""
    result = qe("search", *options, "--json", "--index", directory)

    assert [hit["uid"] for hit in json.loads(result.stdout)["resultats"]] == uids


def test_search_reports_every_mistake_at_once(directory: Path) -> None:
    """Bad usage names each option with its message."""
    result = qe("search", "--page", "0", "--du", "hier", "--index", directory)

    assert result.exit_code == 2
    assert "--page: Nombre « 0 » non valable" in result.stderr
    assert "--du: Date « hier » non valable. Exemple : 2025-04-22." in result.stderr


def test_search_that_finds_nothing_is_no_failure(directory: Path) -> None:
    """Zero is an answer."""
    result = qe("search", "xylophone", "--index", directory)

    assert result.exit_code == 0
    assert "Aucune question" in result.stdout


@pytest.mark.parametrize(
    "arguments", [("search", "a"), ("show", "QANR5L17QE1"), ("serve", "--port", "0")]
)
def test_a_missing_index_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """It says how an index is made."""
    result = qe(*arguments, "--index", tmp_path / "nope")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"qe: no index in {tmp_path}/nope: make one with `qe index")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", ["search", "serve"])
def test_a_damaged_index_is_one_line(directory: Path, command: str) -> None:
    """It says how the index is made again."""
    overwrite(directory / MANIFEST_NAME, "{")

    result = qe(command, "--index", directory)

    assert result.exit_code == 1
    assert "is damaged" in result.stderr
    assert "qe index --rebuild" in result.stderr
    assert result.stderr.count("\n") == 1


# show


@pytest.mark.parametrize(
    "uid", ["QANR5L17QE2621", "qanr5l17qe2621", "17-2621QE", WAITING.url_officielle]
)
def test_show_takes_every_way_to_name_a_question(directory: Path, uid: str) -> None:
    """The uid in any case, the short form, the official address."""
    result = qe("show", uid, "--index", directory)

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "Question écrite n°\u00a02621 · 17e législature · QANR5L17QE2621\n"
        "Cotisations sociales des apprentis\n"
    )


def test_show_json_is_the_record(directory: Path) -> None:
    """Every name, in the documented order."""
    result = qe("show", "QANR5L16QE18111", "--json", "--index", directory)

    given: dict[str, Any] = json.loads(result.stdout)
    expected = ANSWERED.as_record(None) | {"source": "questions.ndjson"}
    assert given == expected
    assert list(given) == list(expected)


def test_show_of_an_unknown_question_fails(directory: Path) -> None:
    """One line says which, and where it was looked for."""
    result = qe("show", "QANR5L17QE1", "--index", directory)

    assert result.exit_code == 1
    assert result.stderr == (
        f"qe: no question QANR5L17QE1 in {directory}: check the législature and the number\n"
    )


# text


def test_a_question_in_full_has_its_life_and_its_texts() -> None:
    """Labels, dates, then question and answer as plain text."""
    text = render_question(ANSWERED, date(2025, 1, 1))

    assert "Posée par : M. Paul Durand\n" in text
    assert "2\u00a0janvier 2024 : Question publiée au JO, page 12\n" in text
    assert text.endswith("— Réponse —\nLes cotisations sociales y pourvoient.")


def test_a_missing_answer_text_is_said() -> None:
    """An answer without text is not shown as no answer."""
    question = make_question(uid="QANR5L17QE1", date_reponse=date(2025, 1, 1))

    assert "Une réponse a été publiée ; son texte n’est pas" in render_question(question, None)


def test_a_fictional_question_says_so() -> None:
    """Nobody takes the demo for the record."""
    question = make_question(uid="QANR5L17QE900001")

    assert "questions fictives, pour démonstration" in render_question(question, None)


def results_with(hit: Hit) -> SearchResults:
    """A page of one hit."""
    return SearchResults(
        SearchRequest(q="a"), "« a »", 1, 0.1, None, suggestion="à", indications=("Avis.",),
        hits=(hit,),
    )  # fmt: skip


def test_marked_words_are_bold_on_a_terminal() -> None:
    """Excerpts are HTML; what is printed is text."""
    hit = Hit(WAITING, False, None, None, Extraits(question=("x &lt; <mark>été</mark> &amp; y",)))

    assert f"Question : x < {click.style('été', bold=True)} & y" in render_results(
        results_with(hit), bold=True
    )


def test_advice_stands_before_the_hits() -> None:
    """Indications and the suggestion, in the site's words."""
    text = render_results(results_with(Hit(WAITING, False, None, None, Extraits())), bold=False)

    assert "Avis.\nVouliez-vous dire « à » ?\n\nQANR5L17QE2621  " in text


def test_a_published_text_cannot_drive_the_terminal() -> None:
    """Control characters are taken out, wherever they came in."""
    hit = Hit(WAITING, False, None, "a\x1b[2Jb", Extraits(reponse=("<mark>c\x9b\x07</mark>",)))

    assert "\x1b" not in render_results(results_with(hit), bold=False)
    assert "«c»" in render_results(results_with(hit), bold=False)


# help and progress


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_teaches_by_example(command: str) -> None:
    """Each help shows commands that exist."""
    result = qe(*command.split(), "--help")

    assert result.exit_code == 0
    examples = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("  qe ")]
    examples += [
        line.split()[1] for line in result.stdout.splitlines() if line.startswith("    qe ")
    ]
    assert examples
    assert set(examples) <= set(COMMANDS)


def test_progress_is_bars_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of unknown length has a bar too."""
    monkeypatch.setenv("FORCE_COLOR", "1")

    with shown_progress() as progress:
        progress("Reading questions", 1, 2)
        progress("publishing", 0, 0)

    assert type(progress).__name__ == "_BarProgress"


def test_check_says_that_an_index_is_sound(source: Path, tmp_path: Path) -> None:
    """With what it holds."""
    qe("index", source, "--index", tmp_path / "i")

    result = qe("check", "--all", "--index", tmp_path / "i")

    assert result.exit_code == 0
    assert result.stdout == (
        f"{tmp_path / 'i'} is sound: generation 1, 2 questions in 1 segment, "
        "2 records analysed again\n"
    )


def test_check_names_what_is_damaged_and_what_to_do(source: Path, tmp_path: Path) -> None:
    """One line a file, then the way out."""
    qe("index", source, "--index", tmp_path / "i")
    path = next((tmp_path / "i").glob("MAIN_*.positions"))
    overwrite(path, path.read_bytes()[:-1] + b"\xfe")

    result = qe("check", "--index", tmp_path / "i")

    assert result.exit_code == 1
    assert result.stdout == f"{path} is damaged: its checksum is another\n"
    assert result.stderr.splitlines()[-1].endswith(
        f"make it again with `qe index --rebuild SOURCE... --index {tmp_path / 'i'}`"
    )


# export


def test_export_writes_records_that_read_back(directory: Path) -> None:
    """To standard output, in the order of the search, nothing else among them."""
    result = qe("export", "cotisations", "--tri", "ancien", "--index", directory)

    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["uid"] for record in records] == [ANSWERED.uid, WAITING.uid]
    assert records[0] == ANSWERED.as_record(date(2025, 4, 22)) | {"source": "questions.ndjson"}


def test_export_takes_the_options_of_a_search(directory: Path) -> None:
    """All of them but those of a page, which an export has none of."""
    result = qe("export", "cotisations", "--legislature", "17", "--index", directory)

    assert [json.loads(line)["uid"] for line in result.stdout.splitlines()] == [WAITING.uid]
    assert qe("export", "--page", "2", "--index", directory).exit_code == 2
    assert qe("export", "--du", "hier", "--index", directory).exit_code == 2


def test_export_writes_tables(directory: Path) -> None:
    """With semicolons and a byte order mark, or with commas and none."""
    french = qe("export", "--csv", "--index", directory)
    plain = qe("export", "--csv", "--sep", "virgule", "--index", directory)

    assert french.stdout.startswith("\ufeffuid;legislature;")
    assert plain.stdout.startswith("uid,legislature,")


def test_error_when_a_separator_separates_nothing(directory: Path) -> None:
    """Records have no cells."""
    result = qe("export", "--sep", "virgule", "--index", directory)

    assert result.exit_code == 2
    assert "--sep goes with --csv" in result.stderr


def test_export_into_a_file_is_whole_or_not_at_all(directory: Path, tmp_path: Path) -> None:
    """The file appears with its last record; what was said goes to standard error."""
    result = qe("export", "--index", directory, "--output", tmp_path / "e.ndjson")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"Exporting...\n2 questions in {tmp_path / 'e.ndjson'}\n"
    assert len((tmp_path / "e.ndjson").read_text().splitlines()) == 2


def test_a_failed_export_leaves_the_old_file(directory: Path, tmp_path: Path) -> None:
    """Damage met on the way is named, and half an export never takes the place of a whole one."""
    path = next(directory.glob("MAIN_*.records"))
    whole = path.read_bytes()
    overwrite(path, whole[:HEADER_SIZE].ljust(len(whole), b"\0"))
    output = tmp_path / "e.ndjson"
    output.write_text("old")

    result = qe("export", "--index", directory, "--output", output)

    assert result.exit_code == 1
    assert f"{path} is damaged" in result.stderr
    assert output.read_text() == "old"


# stats


def test_stats_counts_what_an_index_holds(directory: Path) -> None:
    """A line for each législature and type, and the account of the last build."""
    result = qe("stats", "--index", directory)

    lines = [" ".join(line.replace("│", " ").split()) for line in result.stdout.splitlines()]
    assert lines[0] == "2 questions, generation 1, newest JO 2025-04-22"
    assert "17 QE 1 2621 2620: 1–2620 0 2025-04-22 questions.ndjson: 1" in lines
    assert "16 QE 1 18111 18110: 1–18110 0 2024-03-05 questions.ndjson: 1" in lines
    assert lines[-2].startswith("last build, ")
    assert lines[-1] == "2 read: 2 indexed, 0 unchanged, 0 superseded, 0 rejected"


def test_stats_as_json(directory: Path, source: Path) -> None:
    """All the figures, all the gaps, and the account as it stands beside the index."""
    figures = json.loads(qe("stats", "--json", "--index", directory).stdout)

    assert [(kind["legislature"], kind["questions"]) for kind in figures["corpus"]] == [
        (17, 1), (16, 1),
    ]  # fmt: skip
    checksum = hashlib.sha256(source.read_bytes()).hexdigest()
    assert figures["build"]["archives"] == {"questions.ndjson": checksum}
    assert figures["build"] == read_report(directory, 1)


def test_stats_goes_on_without_the_account(directory: Path) -> None:
    """The figures come from the questions."""
    (directory / "report-1.json").unlink()

    result = qe("stats", "--index", directory)

    assert result.exit_code == 0
    assert result.stdout.endswith("the account of the last build cannot be read: see `qe check`\n")


def test_stats_of_no_index_fails(tmp_path: Path) -> None:
    """As every other command."""
    assert qe("stats", "--index", tmp_path / "nothing").exit_code == 1


# explain


def test_explain_says_how_the_score_was_made(directory: Path) -> None:
    """Rank and score as found, each word's forms by field, what it lacks."""
    found = json.loads(qe("search", "apprentis", "--json", "--index", directory).stdout)
    (hit,) = found["resultats"]
    score = f"{hit['score']:.4f}".rstrip("0").replace(".", ",")

    told = qe("explain", "apprentis", hit["uid"], "--index", directory)

    assert told.exit_code == 0
    assert told.stdout.startswith(
        f"{hit['uid']} : n° 1 sur 1\N{NO-BREAK SPACE}résultat, score {score}."
    )
    assert "« apprentis » : " in told.stdout
    assert "(poids " in told.stdout


def test_explain_says_why_a_question_is_not_found(directory: Path) -> None:
    """The words that it lacks or must not have, or the filter; an unknown one is a failure."""
    uid = WAITING.uid

    def told(*arguments: str) -> str:
        return qe("explain", *arguments, "--index", directory).stdout.splitlines()[0]

    assert told("xyzzy", uid) == f"{uid} : n’est pas trouvée : il y manque « xyzzy »."
    assert "un filtre l’écarte" in told(
        "--statut", "repondue", "numero:" + str(WAITING.numero), uid
    )
    assert qe("explain", "gare", "QANR5L17QE999999", "--index", directory).exit_code == 1
    assert qe("explain", uid, "--index", directory).exit_code == 2
