"""How browsers and crawlers come here: addresses, previews, OpenSearch, sitemaps, robots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from index.question import Question, make_question
from search.engine import DatedUid
from tests.web.conftest import DONNEES_AU, LoopEngine, MakeClient
from tests.web.documents import (
    Break,
    bearing,
    complaints,
    doubled,
    holding,
    parse,
    saying,
    texts,
    without,
)
from web.files import sitemaps
from web.files.discovery import LONGEST_SHORT_NAME, cut_name
from web.files.sitemaps import PAGES
from web.settings import Settings

BASE = "https://questions.example.org"
HOSTILE_HOSTS = (
    'evil.example"><script>alert(1)</script>',
    "evil.example/chemin?",
    "evil.example\tautre",
    "utilisateur@evil.example",
    "a" * 300,
    "[::1",
    "",
)


def lines_of(text: str, start: str) -> list[str]:
    return [line.removeprefix(start) for line in text.splitlines() if line.startswith(start)]


class Head(HTMLParser):
    """The title of a page, and what its head says, by name or property."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: dict[str, str] = {}
        self.title = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        # Charts have titles of their own.
        self._in_title = tag == "title" and not self.title
        if tag == "meta" and "content" in given:
            self.meta[given.get("name") or given["property"]] = given["content"]
        if tag == "link":
            self.links[given["rel"]] = given["href"]

    def handle_data(self, data: str) -> None:
        self.title += data if self._in_title else ""
        self._in_title = False


# Public addresses


@pytest.fixture
def unset_client(client_of: MakeClient, questions: list[Question]) -> FlaskClient:
    """A client of a site that wasn't told where it is."""
    return client_of(questions, settings=Settings())


def test_the_setting_says_where_the_site_is(client: FlaskClient) -> None:
    """Whatever host a request names."""
    response = client.get("/sitemap.xml", headers={"Host": "evil.example"})

    assert f"<loc>{BASE}/sitemap-1.xml</loc>" in response.text
    assert "evil" not in response.text


@pytest.mark.parametrize("host", ["questions.test", "127.0.0.1:8204", "[::1]:8000"])
def test_without_it_the_request_does(unset_client: FlaskClient, host: str) -> None:
    """A copy served at home has addresses that work there."""
    response = unset_client.get("/sitemap.xml", headers={"Host": host})

    assert f"<loc>http://{host}/sitemap-1.xml</loc>" in response.text


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
@pytest.mark.parametrize(
    "path",
    ["/", "/recherche.atom", "/opensearch.xml", "/sitemap-2.xml", "/robots.txt", "/?q=a"],
)
def test_a_hostile_host_is_written_nowhere(unset_client: FlaskClient, path: str, host: str) -> None:
    """What isn't of the shape of a host comes back in no answer, and breaks none."""
    response = unset_client.get(path, environ_overrides={"HTTP_HOST": host})

    assert response.status_code in (200, 400)
    assert "evil" not in response.text
    assert not host or host not in response.text


# What a preview shows


PAGES_AND_TITLES = {
    "/": "Questions écrites",
    "/aide": "Aide – Questions écrites",
    "/corpus": "Contenu du site – Questions écrites",
    "/a-propos": "À propos – Questions écrites",
    "/?q=cotisations": "« cotisations » – 3 questions – Questions écrites",
    "/questions/QANR5L17QE2621": ("Question écrite n° 2621, 17e législature – Questions écrites"),
    "/questions/QANR5L16QG925": (
        "Fraude aux prestations – Question au Gouvernement n° 925 – Questions écrites"
    ),
}
OTHER_PAGES = ["/?q=cotisations&legislature=17", "/?q=lune"]


def heads(client: FlaskClient) -> Iterator[Head]:
    return (Head(client.get(path).text) for path in (*PAGES_AND_TITLES, *OTHER_PAGES))


def test_titles_say_what_pages_are(client: FlaskClient) -> None:
    """The page first, then the site; a question without a title by its number."""
    titles = {path: Head(client.get(path).text).title for path in PAGES_AND_TITLES}

    assert {path: title.replace("\xa0", " ") for path, title in titles.items()} == PAGES_AND_TITLES


def test_titles_and_descriptions_tell_pages_apart(client: FlaskClient) -> None:
    """No two are alike, and search engines show descriptions whole."""
    found = list(heads(client))
    descriptions = [head.meta["description"] for head in found]

    assert len({head.title for head in found}) == len(found)
    assert len(set(descriptions)) == len(found)
    assert all(20 < len(description) <= 160 for description in descriptions)


@pytest.mark.parametrize("length", [10, 300, 2_000])
def test_a_long_query_is_cut_in_its_description(client: FlaskClient, length: int) -> None:
    """A pasted draft is no description."""
    head = Head(client.get(f"/?q={quote('mot ' * (length // 4))}").text)

    assert len(head.meta["description"]) <= 160


def test_every_page_has_a_preview(client: FlaskClient) -> None:
    """Open Graph says what title, description and address say."""
    for head in heads(client):
        title = head.meta["og:title"]
        assert head.title in (title, f"{title} – Questions écrites")
        assert head.meta["og:description"] == head.meta["description"]
        assert head.meta["og:url"] == head.links["canonical"]
        assert head.meta["og:site_name"] == "Questions écrites"
        assert head.meta["og:locale"] == "fr_FR"
        assert head.meta["twitter:card"] == "summary"


def test_a_question_is_an_article_of_its_day(client: FlaskClient) -> None:
    """Other pages are of the site, and have no day."""
    question, home = (
        Head(client.get(path).text).meta for path in ("/questions/QANR5L17QE13353", "/")
    )

    assert question["og:type"] == "article"
    assert question["article:published_time"] == "2026-03-03"
    assert home["og:type"] == "website"
    assert "article:published_time" not in home


def test_previews_are_absolute_where_canonical_links_are_not(unset_client: FlaskClient) -> None:
    """Those who show a preview read it away from the page."""
    head = Head(unset_client.get("/aide").text)

    assert head.links["canonical"] == "/aide"
    assert head.meta["og:url"] == "http://localhost/aide"


def test_a_hostile_title_stays_in_its_attribute(client_of: MakeClient) -> None:
    """A preview is escaped like the page."""
    title = '"><script>alert(1)</script>'
    text = (
        client_of([make_question(uid="QANR5L17QE1", titre=title)])
        .get("/questions/QANR5L17QE1")
        .text
    )

    assert "<script>alert" not in text
    assert Head(text).meta["og:title"].startswith(title)


def test_an_error_has_no_preview(client: FlaskClient) -> None:
    """There is no page there to show."""
    meta = Head(client.get("/rien").text).meta

    assert meta["robots"] == "noindex"
    assert not [name for name in meta if name.startswith("og:")]


@pytest.mark.parametrize("path", ["/", "/?q=a", "/questions/QANR5L17QE2621", "/aide", "/x"])
def test_a_fictional_corpus_is_not_to_be_found(path: str, fictional_client: FlaskClient) -> None:
    """Nobody should come upon invented questions in a search engine."""
    assert Head(fictional_client.get(path).text).meta["robots"] == "noindex"


def test_real_questions_are_to_be_found(client: FlaskClient) -> None:
    """Nothing tells search engines to leave a question out."""
    assert "robots" not in Head(client.get("/questions/QANR5L17QE2621").text).meta


# OpenSearch


def test_the_description_of_the_search_is_valid(client: FlaskClient) -> None:
    """Browsers that read it can add the site to their search engines."""
    response = client.get("/opensearch.xml")

    assert response.mimetype == "application/opensearchdescription+xml"
    assert complaints("opensearch.rng", parse(response.data)) == []


@pytest.mark.parametrize(
    "name", ["Questions", "Questions des députés", "Q" * 100, "a " * 60, "<&>"]
)
def test_any_name_of_the_site_fits(
    client_of: MakeClient, questions: list[Question], name: str
) -> None:
    """Browsers refuse a short name of more than sixteen characters."""
    client = client_of(questions, settings=Settings(url=BASE, titre=name))

    assert complaints("opensearch.rng", parse(client.get("/opensearch.xml").data)) == []


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Questions écrites", "Questions"),
        ("Seize caractères", "Seize caractères"),
        ("Seize caractères et plus", "Seize caractères"),
        ("Anticonstitutionnellement", "Anticonstitution"),
    ],
)
def test_names_are_cut_between_words(name: str, short: str) -> None:
    """When a word isn't longer than what is allowed by itself."""
    assert cut_name(name, LONGEST_SHORT_NAME) == short


BROKEN_DESCRIPTIONS: dict[str, Break] = {
    "no short name": without("o:ShortName"),
    "a short name too long": saying("o:ShortName", "Questions écrites"),
    "no description": without("o:Description"),
    "a description too long": saying("o:Description", "mot " * 257),
    "two descriptions": doubled("o:Description"),
    "no template": bearing("o:Url", "template", None),
    "a template without host": bearing("o:Url", "template", "/?q={searchTerms}"),
    "no type": bearing("o:Url", "type", None),
    "a relation that is none": bearing("o:Url", "rel", "search"),
    "a right that is none": saying("o:SyndicationRight", "libre"),
    "a picture that is nowhere": saying("o:Image", "icone.svg"),
    "an element that OpenSearch lacks": holding(".", "Keywords", "o"),
}


@pytest.mark.parametrize("broken", BROKEN_DESCRIPTIONS)
def test_the_schema_refuses_a_description(client: FlaskClient, broken: str) -> None:
    """A check that lets everything through would prove nothing."""
    document = parse(client.get("/opensearch.xml").data)
    BROKEN_DESCRIPTIONS[broken](document)

    assert complaints("opensearch.rng", document)


def test_templates_are_searches_that_answer(client: FlaskClient) -> None:
    """Each address, with words put into it, gives the type that it is said to give."""
    urls = parse(client.get("/opensearch.xml").data).findall("{*}Url")
    asked = [url.get("template", "").replace("{searchTerms}", "d%C3%A9serts") for url in urls]
    answers = [client.get(address.removeprefix(BASE)) for address in asked]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [answer.mimetype for answer in answers] == [url.get("type") for url in urls]


def test_every_page_leads_to_the_description(client: FlaskClient) -> None:
    """It is how a browser learns that the site can be added; errors included."""
    for path in (*PAGES_AND_TITLES, *OTHER_PAGES, "/rien"):
        assert Head(client.get(path).text).links["search"] == "/opensearch.xml"


def test_the_picture_is_there(client: FlaskClient) -> None:
    """The address of the icon answers with what it is said to be."""
    (address,) = texts(parse(client.get("/opensearch.xml").data), "o:Image")
    with client.get(address.removeprefix(BASE)) as response:
        mimetype = response.mimetype

    assert mimetype == "image/svg+xml"


def test_suggestions_have_the_shape_of_browsers(client: FlaskClient) -> None:
    """What was typed, then as many texts, descriptions and addresses."""
    response = client.get("/suggestions.json?q=cotis")
    typed, suggested, said, urls = json.loads(response.data)

    assert response.mimetype == "application/x-suggestions+json"
    assert typed == "cotis"
    assert suggested == ["cotisations"]
    assert [words.replace("\xa0", " ") for words in said] == ["Mot, 3 questions"]
    assert urls == [f"{BASE}/?q=cotisations"]


def test_suggestions_are_those_of_the_api(client: FlaskClient) -> None:
    """One completion, in two shapes."""
    api = client.get("/api/v1/suggestions?q=la+c").json["suggestions"]

    assert client.get("/suggestions.json?q=la+c").json[1] == [line["texte"] for line in api]


@pytest.mark.parametrize("query", ["", "q=", "q=zzz", "q=" + "a" * 5_000, "q=" + "a" * 40_000])
def test_nothing_to_suggest_is_no_error(client: FlaskClient, query: str) -> None:
    """A browser asks at each letter; what was typed comes back, as it must."""
    typed, *lists = client.get(f"/suggestions.json?{query}").json

    assert typed == query.removeprefix("q=")
    assert lists == [[], [], []]


@pytest.mark.parametrize(
    ("raw", "typed"), [(b"q=eau\x8b", "eau\ufffd"), (b"q=e%00%FF", "e \ufffd")]
)
def test_what_is_typed_comes_back_whatever_its_bytes(
    client: FlaskClient, raw: bytes, typed: str
) -> None:
    """A client may send bytes that are no UTF-8, without percent signs too."""
    answer = client.get(
        "/suggestions.json", environ_overrides={"QUERY_STRING": raw.decode("latin-1")}
    )

    assert answer.status_code == 200
    assert answer.json[0] == typed


def test_malformed_suggestions_are_refused_in_json(client: FlaskClient) -> None:
    """As by the API."""
    response = client.get("/suggestions.json?q=a&q=b")

    assert response.status_code == 400
    assert response.json["erreurs"][0]["parametre"] == "q"


# Sitemaps


def test_sitemaps_are_valid(client: FlaskClient) -> None:
    """The index, and each of the parts that it names."""
    index = parse(client.get("/sitemap.xml").data)
    parts = [client.get(address.removeprefix(BASE)) for address in texts(index, "//s:loc")]

    assert index.tag.endswith("}sitemapindex")
    assert complaints("sitemap.xsd", index) == []
    assert len(parts) == 2
    for part in parts:
        assert part.mimetype == "application/xml"
        assert complaints("sitemap.xsd", parse(part.data)) == []


BROKEN_PARTS: dict[str, Break] = {
    "no address": without("s:url/s:loc"),
    "no host": saying("s:url/s:loc", "/questions/QANR5L17QE1"),
    "an address too long": saying("s:url/s:loc", "https://a.example/" + "a" * 2_048),
    "one address twice": doubled("s:url"),
    "a date that is none": saying("s:url/s:lastmod", "12 mai 2026"),
    "a date of no calendar": saying("s:url/s:lastmod", "2026-02-30"),
    "an hour without time zone": saying("s:url/s:lastmod", "2026-05-12T10:00:00"),
    "two dates": doubled("s:url/s:lastmod"),
    "an element that sitemaps lack": holding("s:url", "title", "s"),
    "no page": lambda document: [document.remove(page) for page in list(document)] and None,
}


@pytest.mark.parametrize("broken", BROKEN_PARTS)
def test_the_schema_refuses_a_part(client: FlaskClient, broken: str) -> None:
    """A check that lets everything through would prove nothing."""
    document = parse(client.get("/sitemap-2.xml").data)
    BROKEN_PARTS[broken](document)

    assert complaints("sitemap.xsd", document)


def test_the_pages_of_the_site_are_in_the_first_part(client: FlaskClient) -> None:
    """Those that change with the data say when they last did."""
    part = parse(client.get("/sitemap-1.xml").data)
    dated = texts(part, "s:url[s:lastmod = '2026-05-12']/s:loc")

    assert texts(part, "s:url/s:loc") == [f"{BASE}{path}" for path in PAGES]
    assert dated == [f"{BASE}{path}" for path in ("/", "/corpus", "/statistiques")]


def test_questions_are_dated_by_their_newest_jo(
    client: FlaskClient, questions: list[Question]
) -> None:
    """Every question once, in the order of uids, at its page's own address."""
    part = parse(client.get("/sitemap-2.xml").data)
    ordered = sorted(questions, key=lambda question: question.uid)

    assert texts(part, "s:url/s:loc") == [f"{BASE}/questions/{q.uid}" for q in ordered]
    assert texts(part, "s:url/s:lastmod") == [max(q.record_dates).isoformat() for q in ordered]


def test_a_question_without_date_is_listed_without(client_of: MakeClient) -> None:
    """No date is made up."""
    part = parse(client_of([make_question(uid="QANR5L17QE1")]).get("/sitemap-2.xml").data)

    assert len(texts(part, "s:url/s:loc")) == 1
    assert texts(part, "s:url/s:lastmod") == []


@pytest.mark.parametrize(("size", "parts"), [(1, 6), (4, 2), (6, 1), (7, 1)])
def test_questions_are_parted(
    client: FlaskClient,
    questions: list[Question],
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    parts: int,
) -> None:
    """Each question is in one part, no part is too long, and none stands after the last."""
    monkeypatch.setattr(sitemaps, "PART_SIZE", size)
    index = parse(client.get("/sitemap.xml").data)
    addresses = [address.removeprefix(BASE) for address in texts(index, "//s:loc")]
    held = [texts(parse(client.get(part).data), "//s:loc") for part in addresses[1:]]

    assert addresses == [f"/sitemap-{number}.xml" for number in range(1, parts + 2)]
    assert all(len(part) <= size for part in held)
    assert sorted(address for part in held for address in part) == sorted(
        f"{BASE}/questions/{q.uid}" for q in questions
    )
    assert client.get(f"/sitemap-{parts + 2}.xml").status_code == 404


@pytest.mark.parametrize("number", ["0", "01", "3", "-1", "a", "1e1", "%C2%B2", "9" * 30])
def test_there_is_no_other_part(client: FlaskClient, number: str) -> None:
    """What names no part is a worded 404."""
    response = client.get(f"/sitemap-{number}.xml")

    assert response.status_code == 404
    assert "Aucune page à cette adresse." in response.text


def test_an_empty_index_has_its_pages(client_of: MakeClient) -> None:
    """A sitemap of no address would be invalid, so there is none."""
    client = client_of([])

    assert len(texts(parse(client.get("/sitemap.xml").data), "//s:loc")) == 1
    assert client.get("/sitemap-2.xml").status_code == 404


def test_a_part_is_written_as_it_is_sent(
    client: FlaskClient, engine: LoopEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A part of the greatest size is sent in many pieces, and is valid."""
    many = tuple(DatedUid(f"QANR5L17QE{n}", DONNEES_AU) for n in range(sitemaps.PART_SIZE))
    monkeypatch.setattr(engine, "dated_uids", lambda _ranks: many)
    response = client.get("/sitemap-2.xml")
    pieces = list(response.iter_encoded())

    assert len(pieces) == 51
    assert sum(map(len, pieces)) < 50 << 20
    assert len(parse(b"".join(pieces))) == sitemaps.PART_SIZE


# Robots


def test_robots_are_kept_from_what_is_no_page(client: FlaskClient) -> None:
    """Searches, exports, feeds, the API, the figures of searches; the sitemap is named."""
    response = client.get("/robots.txt")
    left_out = lines_of(response.text, "Disallow: ")

    assert response.mimetype == "text/plain"
    assert {"/*?", "/recherche.", "/api/", "/statistiques?", "/statistiques.csv"} <= set(left_out)
    assert lines_of(response.text, "Sitemap: ") == [f"{BASE}/sitemap.xml"]


def test_robots_may_read_what_the_sitemap_names(client: FlaskClient) -> None:
    """Nothing in it is left out, or crawlers would be told both."""
    left_out = lines_of(client.get("/robots.txt").text, "Disallow: ")
    addresses = [
        address.removeprefix(BASE)
        for part in (1, 2)
        for address in texts(parse(client.get(f"/sitemap-{part}.xml").data), "//s:loc")
    ]

    assert not [a for a in addresses for rule in left_out if a.startswith(rule) or "?" in a]


def test_robots_may_see_pages_as_they_look(client: FlaskClient) -> None:
    """The addresses of style sheets have a parameter, and are allowed all the same."""
    assert lines_of(client.get("/robots.txt").text, "Allow: ") == ["/static/"]


def test_robots_are_kept_from_a_fictional_corpus(fictional_client: FlaskClient) -> None:
    """All of it, and no sitemap invites them."""
    assert fictional_client.get("/robots.txt").text == "User-agent: *\nDisallow: /\n"


# The publisher's addresses


OFFICIAL = [
    "/q17/17-2621QE.htm",
    "/q17/17-2621QE.html",
    "/q17/17-2621QE",
    "/q17/17-2621qe.htm",
    "/q17/17-2621QE.HTM",
    "/Q17/17-2621QE.HTM",
    "/q17/17-2621QE.htm/vue/xml",
    "/q17/17-2621QE.pdf",
    "/q17/17-2621QE.htm?utm_source=x",
    "/dyn/17/questions/QANR5L17QE2621",
    "/dyn/17/questions/QANR5L17QE2621.pdf",
    "/dyn/17/questions/QANR5L17QE2621.PDF",
    "/dyn/17/questions/QANR5L17QE2621.html",
    "/dyn/17/questions/QANR5L17QE2621.html?x",
    "/dyn/17/questions/qanr5l17qe2621",
    "/DYN/17/questions/QANR5L17QE2621",
    "/questions/qanr5l17qe2621",
]


@pytest.mark.parametrize("path", OFFICIAL)
def test_official_addresses_lead_here(client: FlaskClient, path: str) -> None:
    """Once the host is replaced, in whichever form and case; to GET and HEAD alike."""
    for response in (client.get(path), client.head(path)):
        assert response.status_code == 301
        assert response.headers["Location"] == "/questions/QANR5L17QE2621"


@pytest.mark.parametrize("type_", ["QE", "QG", "QOSD"])
def test_official_addresses_of_every_type_lead_here(client: FlaskClient, type_: str) -> None:
    """Written, to the Government, oral."""
    location = client.get(f"/q8/8-12{type_}.htm").headers["Location"]

    assert location == f"/questions/QANR5L8{type_}12"


@pytest.mark.parametrize(
    "path",
    [
        "/q16/17-2621QE.htm",
        "/q17/17-2621XX.htm",
        "/q17/17-2621QE.htm/vue/autre",
        "/q17/17-2621QE.exe",
        "/q17/index.htm",
        "/dyn/16/questions/QANR5L17QE2621",
        "/dyn/17/questions/liste",
        "/dyn/99/questions/QANR5L17QE2621",
    ],
)
def test_official_addresses_of_nothing_are_worded(client: FlaskClient, path: str) -> None:
    """What names no question says what to check."""
    response = client.get(path)

    assert response.status_code == 404
    assert "Aucune question à cette adresse. Vérifiez la législature" in response.text
    assert client.head(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/q" + "1" * 6_000 + "/17-2621QE.htm", "/dyn/x/questions/a", "/quoi/a/b"]
)
def test_other_addresses_are_no_question(client: FlaskClient, path: str) -> None:
    """What only looks a little like an official address is a page that isn't there."""
    response = client.get(path)

    assert response.status_code == 404
    assert "Aucune page à cette adresse." in response.text


# Without an index


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-1.xml", "/robots.txt"])
def test_crawlers_are_told_to_come_back(missing_index: FlaskClient, path: str) -> None:
    """An unreadable index is no empty one."""
    response = missing_index.get(path)

    assert response.status_code == 503
    assert "Retry-After" in response.headers


def test_the_description_needs_no_index(missing_index: FlaskClient) -> None:
    """How to search here is known whatever can be found."""
    assert missing_index.get("/opensearch.xml").status_code == 200
