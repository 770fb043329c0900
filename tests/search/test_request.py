"""A search as a value: from a URL, to its canonical URL."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.question import STATUTS, TYPES
from search.facets import EN_RETARD, FACET, FACETS
from search.request import (
    LONGEST_QUERY,
    MOST_CHOICES,
    MOST_PER_PAGE,
    PARAMETERS,
    SIDES,
    SORTS,
    BadRequest,
    Choice,
    ParameterError,
    SearchRequest,
    encode_params,
)

DOCUMENTED_ORDER = (
    "q legislature type statut ministere ministere_interroge rubrique groupe auteur departement "
    "annee signalee renouvelee champ du au reponse_du reponse_au tri page par"
).split()


def errors_of(*params: tuple[str, str]) -> list[str]:
    """The names of the parameters refused, in order."""
    with pytest.raises(BadRequest) as caught:
        SearchRequest.from_params(params)
    return [error.parametre for error in caught.value.errors]


def test_parameters_are_the_documented_ones() -> None:
    """Every documented parameter is there, in its order."""
    assert [parameter.name for parameter in PARAMETERS] == DOCUMENTED_ORDER
    assert all(parameter.help for parameter in PARAMETERS)


@pytest.mark.parametrize(
    ("params", "request_"),
    [
        ([], SearchRequest()),
        ([("q", "eau potable")], SearchRequest(q="eau potable")),
        ([("q", "  eau \n  potable ")], SearchRequest(q="eau potable")),
        ([("q", "e\u0301cole")], SearchRequest(q="école")),
        ([("q", "a\x00b\ud800c")], SearchRequest(q="a b c")),
        ([("renouvelee", "1")], SearchRequest(renouvelee=True)),
        ([("champ", "reponse")], SearchRequest(champ="reponse")),
        ([("du", "2025-01-14")], SearchRequest(du=date(2025, 1, 14))),
        ([("au", "2025-01-14")], SearchRequest(au=date(2025, 1, 14))),
        ([("reponse_du", "2025-01-14")], SearchRequest(reponse_du=date(2025, 1, 14))),
        ([("reponse_au", "2025-01-14")], SearchRequest(reponse_au=date(2025, 1, 14))),
        ([("tri", "delai")], SearchRequest(tri="delai")),
        ([("page", "3")], SearchRequest(page=3)),
        ([("page", "0003")], SearchRequest(page=3)),
        ([("page", "1" * 5_000)], SearchRequest(page=10**15)),
        ([("par", "100")], SearchRequest(par=100)),
        ([("legislature", "017")], SearchRequest(filters={"legislature": (Choice("17"),)})),
        ([("type", "qe")], SearchRequest(filters={"type": (Choice("QE"),)})),
        ([("statut", "en_retard")], SearchRequest(filters={"statut": (Choice("en_retard"),)})),
        ([("annee", "2024")], SearchRequest(filters={"annee": (Choice("2024"),)})),
        ([("signalee", "1")], SearchRequest(filters={"signalee": (Choice("1"),)})),
        ([("signalee", "-1")], SearchRequest(filters={"signalee": (Choice("1", exclue=True),)})),
        ([("rubrique", " eaux  et forêts ")],
         SearchRequest(filters={"rubrique": (Choice("eaux et forêts"),)})),
        ([("rubrique", "-eau")],
         SearchRequest(filters={"rubrique": (Choice("eau", exclue=True),)})),
        ([("auteur", "PA1"), ("auteur", "PA2")],
         SearchRequest(filters={"auteur": (Choice("PA1"), Choice("PA2"))})),
        ([("auteur", "PA1"), ("auteur", "PA1")],
         SearchRequest(filters={"auteur": (Choice("PA1"),)})),
    ],
)  # fmt: skip
def test_reading(params: list[tuple[str, str]], request_: SearchRequest) -> None:
    """Each parameter is read into its attribute, in canonical form."""
    assert SearchRequest.from_params(params) == request_


@pytest.mark.parametrize("name", DOCUMENTED_ORDER)
@pytest.mark.parametrize("value", ["", " ", "\u00a0\n"])
def test_an_empty_value_is_absent(name: str, value: str) -> None:
    """A form sends every field; what was not filled in asks nothing."""
    assert SearchRequest.from_params([(name, value)]) == SearchRequest()


@pytest.mark.parametrize("name", ["utm_source", "utm_campaign", "utm_", "fbclid", "gclid"])
def test_what_links_collect_is_dropped(name: str) -> None:
    """Tracking parameters are neither kept nor mentioned."""
    assert SearchRequest.from_params([(name, "x")]).unknown == ()


def test_other_unknown_parameters_are_kept_to_be_mentioned() -> None:
    """Each name once, in order, and nowhere in the canonical URL."""
    request = SearchRequest.from_params([("tris", "x"), ("Q", "y"), ("tris", ""), ("utm", "z")])

    assert request.unknown == ("tris", "Q", "utm")
    assert request.url() == "/"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("q", "a" * (LONGEST_QUERY + 1)),
        ("legislature", "XVII"),
        ("legislature", "1234"),
        ("type", "QX"),
        ("statut", "perdue"),
        ("annee", "25"),
        ("annee", "12025"),
        ("signalee", "0"),
        ("signalee", "oui"),
        ("renouvelee", "0"),
        ("renouvelee", "-1"),
        ("champ", "titre"),
        ("du", "14/01/2025"),
        ("au", "2025-02-30"),
        ("reponse_du", "2025"),
        ("reponse_au", "hier"),
        ("tri", "auteur"),
        ("page", "0"),
        ("page", "-1"),
        ("page", "1.0"),
        ("page", "²"),
        ("par", "0"),
        ("par", str(MOST_PER_PAGE + 1)),
        ("par", "dix"),
    ],
)
def test_a_malformed_value_is_refused(name: str, value: str) -> None:
    """The error names the parameter, and its sentence ends like one."""
    with pytest.raises(BadRequest) as caught:
        SearchRequest.from_params([(name, value)])

    (error,) = caught.value.errors
    assert error.parametre == name
    assert error.message.endswith((".", "attendu."))


@pytest.mark.parametrize("name", [p.name for p in PARAMETERS if p.name not in FACET])
def test_a_single_parameter_is_not_given_twice(name: str) -> None:
    """Two values for one parameter contradict each other, even when they are the same."""
    value = {"q": "eau", "renouvelee": "1", "champ": "question", "tri": "delai"}.get(name)
    value = value or ("2025-01-14" if name.endswith(("du", "au")) else "2")

    assert errors_of((name, value), (name, value)) == [name]


def test_all_errors_come_together() -> None:
    """Whoever mends a URL mends it once."""
    assert errors_of(("page", "x"), ("q", "eau"), ("du", "x"), ("q", "air"), ("annee", "x")) == [
        "page", "du", "q", "annee",
    ]  # fmt: skip


def test_the_message_of_a_date() -> None:
    """A malformed date is shown beside a well-formed one."""
    with pytest.raises(BadRequest) as caught:
        SearchRequest.from_params([("du", "14 janvier")])

    assert caught.value.errors[0].message == (
        "Date « 14 janvier » non valable. Exemple : 2025-04-22."
    )


@pytest.mark.parametrize(
    ("params", "sort", "canonical"),
    [
        ([], "recent", []),
        ([("q", "eau")], "pertinence", [("q", "eau")]),
        ([("tri", "recent")], "recent", []),
        ([("q", "eau"), ("tri", "pertinence")], "pertinence", [("q", "eau")]),
        ([("q", "eau"), ("tri", "recent")], "recent", [("q", "eau"), ("tri", "recent")]),
        ([("tri", "pertinence")], "pertinence", [("tri", "pertinence")]),
    ],
)
def test_the_default_sort_is_left_out(
    params: list[tuple[str, str]], sort: str, canonical: list[tuple[str, str]]
) -> None:
    """By relevance with words, by date without; only another sort is written."""
    request = SearchRequest.from_params(params)

    assert request.sort == sort
    assert request.to_params() == canonical


@pytest.mark.parametrize("valeur", ["-", "-2+3", "--"])
def test_a_value_that_begins_with_a_hyphen_can_be_chosen(valeur: str) -> None:
    """Its address asks for the same value, and does not exclude another one."""
    chosen = SearchRequest(filters={"rubrique": (Choice(valeur),)})
    (choice,) = SearchRequest.from_params(chosen.to_params()).filters["rubrique"]

    assert not choice.exclue
    assert FACET["rubrique"].key(choice.valeur) == FACET["rubrique"].key(valeur)


def test_canonical_order() -> None:
    """Whatever the order given, the URL is in the documented order, defaults left out."""
    request = SearchRequest.from_params(
        [("par", "10"), ("page", "2"), ("au", "2025-12-31"), ("groupe", "-EPR"), ("annee", "2025"),
         ("legislature", "17"), ("q", "l’eau"), ("legislature", "16")]
    )  # fmt: skip

    assert request.url("/statistiques") == (
        "/statistiques?q=l%E2%80%99eau&legislature=17&legislature=16&groupe=-EPR&annee=2025"
        "&au=2025-12-31&page=2"
    )


def test_as_json() -> None:
    """Facet values are lists of strings; sort, page and page size are always there."""
    request = SearchRequest.from_params([("legislature", "17"), ("q", "eau"), ("signalee", "-1")])

    assert list(request.as_json().items()) == [
        ("q", "eau"), ("legislature", ["17"]), ("signalee", ["-1"]),
        ("tri", "pertinence"), ("page", 1), ("par", 10),
    ]  # fmt: skip


FACET_VALUES = {
    "legislature": st.integers(0, 999).map(str),
    "type": st.sampled_from(sorted(TYPES)),
    "statut": st.sampled_from([*STATUTS, EN_RETARD]),
    "annee": st.integers(1000, 9999).map(str),
    "signalee": st.just("1"),
}
WORDING = (
    st.text("abÉé '’-&=+%#·", min_size=1, max_size=12)
    .map(lambda text: " ".join(text.replace("-", " ", 1).split()))
    .filter(bool)
)
VISIBLE = st.characters(codec="utf-8", exclude_categories=["C", "Z"])


def choices(name: str) -> st.SearchStrategy[tuple[Choice, ...]]:
    """Choices of one facet, well formed and each once."""
    values = FACET_VALUES.get(name, WORDING.filter(lambda value: value[0] != "-"))
    one = st.builds(Choice, values, st.booleans())
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)


@st.composite
def requests(draw: st.DrawFn) -> SearchRequest:
    """Any request that a URL can ask for."""
    names = draw(st.sets(st.sampled_from([facet.name for facet in FACETS]), max_size=4))
    days = st.none() | st.dates()
    request = SearchRequest.from_params([("q", draw(st.text(VISIBLE | st.just(" "), max_size=30)))])
    sort = draw(st.none() | st.sampled_from(sorted(SORTS)))
    return SearchRequest(
        q=request.q,
        filters={f.name: draw(choices(f.name)) for f in FACETS if f.name in names},
        renouvelee=draw(st.booleans()),
        champ=draw(st.none() | st.sampled_from(sorted(SIDES))),
        du=draw(days), au=draw(days), reponse_du=draw(days), reponse_au=draw(days),
        tri=None if sort == request.default_sort else sort,
        page=draw(st.integers(1, 999_999_999)),
        par=draw(st.integers(1, MOST_PER_PAGE)),
    )  # fmt: skip


@given(requests())
def test_the_canonical_url_asks_for_the_same_search(request: SearchRequest) -> None:
    """A link sent to a colleague finds what was found."""
    request = request.with_filters(request.filters)
    params = parse_qsl(urlsplit(request.url("/")).query, keep_blank_values=True)

    assert SearchRequest.from_params(params) == request
    assert SearchRequest.from_params(request.to_params()) == request


@given(st.lists(st.tuples(st.sampled_from([*DOCUMENTED_ORDER, "x", "utm_x"]), st.text(max_size=6))))
def test_one_search_has_one_canonical_url(params: list[tuple[str, str]]) -> None:
    """What the canonical URL of a request asks for has the same canonical URL."""
    try:
        request = SearchRequest.from_params(params)
    except BadRequest:
        return

    again = SearchRequest.from_params(parse_qsl(urlsplit(request.url("/")).query))
    assert again.url("/") == request.url("/")


class TestChanges:
    """A request is changed by making another one, on its first page."""

    start = SearchRequest.from_params(
        [("q", "eau"), ("groupe", "A"), ("groupe", "-B"), ("tri", "ancien"), ("page", "4"),
         ("par", "50")]
    )  # fmt: skip

    def test_choosing_a_value(self) -> None:
        """A value chosen joins the others, in place of its exclusion."""
        assert self.start.with_choice("groupe", "B").url() == (
            "/?q=eau&groupe=A&groupe=B&tri=ancien&par=50"
        )

    def test_excluding_a_value_of_another_facet(self) -> None:
        """Facets stay in canonical order."""
        assert self.start.with_choice("type", "QE", exclue=True).url() == (
            "/?q=eau&type=-QE&groupe=A&groupe=-B&tri=ancien&par=50"
        )

    def test_removing_values(self) -> None:
        """A facet without a choice disappears, an absent value changes nothing else."""
        fewer = self.start.without_choice("groupe", "A").without_choice("groupe", "B")

        assert fewer.filters == {}
        assert self.start.without_choice("type", "QE").filters == self.start.filters

    def test_removing_all_filters(self) -> None:
        """The words, the sort and the page size stay."""
        assert self.start.without_filters().url() == "/?q=eau&tri=ancien&par=50"

    def test_another_page(self) -> None:
        """Only the page itself keeps the page."""
        assert self.start.replace(par=20).page == 1
        assert self.start.replace(page=5).page == 5


def test_too_many_choices_are_a_mistake() -> None:
    """Each address of a page repeats all of them; the facet with the most is named."""
    years = [("annee", str(year)) for year in range(1900, 1900 + MOST_CHOICES)]

    assert len(SearchRequest.from_params(years).filters["annee"]) == MOST_CHOICES
    with pytest.raises(BadRequest) as caught:
        SearchRequest.from_params([*years, ("statut", "repondue")])
    assert caught.value.errors == (
        ParameterError("annee", "Trop de valeurs choisies : 101, 100 au plus en tout."),
    )


WRITTEN = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(WRITTEN, WRITTEN)))
def test_parameters_are_encoded_as_the_library_does(params: list[tuple[str, str]]) -> None:
    """One by one and remembered, they are what they would be all at once."""
    assert encode_params(params) == urlencode(params)
