"""Which archives there are, and whether they may be asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import AddressesMalformed, AddressRefused
from index.question import CURRENT_LEGISLATURE, TYPES
from index.sync.addresses import UnknownLegislature, read_addresses
from index.sync.publisher import Publisher

BASE = "https://data.assemblee-nationale.fr/static/openData/repository/"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "archives.toml"


def names(*legislatures: int, types: tuple[str, ...] = ()) -> list[str]:
    """The archives selected from the packaged addresses; a `?` marks a tentative one."""
    selected = read_addresses().select(legislatures, types)
    return [f"{archive.name}{'?' * archive.tentative}" for archive in selected]


def test_the_packaged_addresses_are_those_of_the_publisher() -> None:
    """One line of each kind; all under the publisher's repository."""
    urls = {archive.name: archive.url for archive in read_addresses().archives}

    assert urls["14-QE"] == f"{BASE}14/questions/questions_ecrites/Questions_ecrites_XIV.json.zip"
    assert urls["17-QG"].endswith(
        "17/questions/questions_gouvernement/Questions_gouvernement.json.zip"
    )
    assert urls["18-QE"] == f"{BASE}18/questions/questions_ecrites/Questions_ecrites.json.zip"
    assert all(url.startswith(BASE) for url in urls.values())


def test_the_packaged_addresses_reach_the_current_legislature() -> None:
    """A new législature is a line here, and one in the table of législatures."""
    assert read_addresses().current == CURRENT_LEGISLATURE


def test_without_a_choice_everything_is_wanted_and_the_next_legislature_is_tried() -> None:
    """The actors' archives come first, so that authors have names."""
    known = [f"{n}-{kind}" for kind in TYPES for n in (14, 15, 16, 17)]
    selected = names()

    assert selected[:2] == ["17-acteurs", "18-acteurs?"]
    assert set(selected[2:]) == {*known, "18-QE?", "18-QG?", "18-QOSD?"}


def test_a_legislature_and_a_type_narrow() -> None:
    """The actors come with any choice."""
    assert names(16, types=("QE",)) == ["17-acteurs", "16-QE"]


def test_a_type_alone_still_tries_the_next_legislature() -> None:
    """Only a choice of législatures leaves it out."""
    assert names(types=("QOSD",))[-1] == "18-QOSD?"


def test_a_legislature_that_is_asked_for_by_name_must_be_there() -> None:
    """Its absence is then no surprise but an answer."""
    assert names(18, types=("QE",)) == ["17-acteurs", "18-acteurs?", "18-QE"]


def test_a_legislature_without_address_is_refused() -> None:
    """The message lists those there are."""
    with pytest.raises(UnknownLegislature) as caught:
        read_addresses().select([17, 13], [])

    assert str(caught.value) == (
        "no archive is known of législature 13: choose one of 14, 15, 16, 17, 18, or give its "
        "addresses with --addresses"
    )


def test_an_operators_file_takes_the_place_of_the_packaged_one(file: Path) -> None:
    """Nothing is added to what it lists; without `next`, nothing is tried."""
    file.write_text('base = "https://mirror.example.org/an/"\n[QE]\n17 = "qe.zip"\n')
    addresses = read_addresses(file)

    assert [archive.url for archive in addresses.select([], [])] == [
        "https://mirror.example.org/an/qe.zip"
    ]
    assert addresses.publisher == Publisher("mirror.example.org")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("base = ", "is no TOML file of addresses: Invalid value (at end of document)"),
        ('[QE]\n17 = "qe.zip"', "`base` is missing: the address that the others are relative to"),
        ('base = "here"\n[QE]\n17 = "a"', "'here' is no address"),
        ('base = "https://a.org"', "no archive of questions: add a table, QE or QG or QOSD"),
        (
            'base = "https://a.org"\n[acteurs]\n17 = "a"',
            "no archive of questions: add a table, QE or QG or QOSD",
        ),
        (
            'base = "https://a.org"\n[QW]\n17 = "a"',
            "`QW` means nothing: one of base, publisher, allow_http, QE, QG, QOSD, acteurs",
        ),
        ('base = 3\n[QE]\n17 = "a"', "`base` is not a text"),
        (
            'base = "https://a.org"\nallow_http = "yes"\n[QE]\n17 = "a"',
            "`allow_http` is not a true or false",
        ),
        ('base = "https://a.org"\nQE = "a"', "`QE` is not a table"),
        ('base = "https://a.org"\n[QE]\n17 = 3', "[QE] 17 is no address"),
        (
            'base = "https://a.org"\n[QE]\nXVII = "a"',
            "[QE] 'XVII' is neither a législature nor `next`",
        ),
        ('base = "http://a.org"\n[QE]\n17 = "a"', "http://a.org/a is not https"),
        (
            'base = "http://a.org"\nallow_http = true\n[QE]\n17 = "a"',
            "http://a.org/a is not https",
        ),
        (
            'base = "https://a.org"\n[QE]\n17 = "https://b.org/a"',
            "https://b.org/a is not on a.org or below it",
        ),
    ],
)
def test_a_file_that_means_something_else_is_refused(file: Path, text: str, message: str) -> None:
    """The message names the file and the place in it."""
    file.write_text(text)

    with pytest.raises((AddressesMalformed, AddressRefused)) as caught:
        read_addresses(file)

    assert str(caught.value) in (f"{file}: {message}", f"{file} {message}")


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    """In words, not as a codec's error."""
    file.write_bytes(b'base = "https://\xe9"')

    with pytest.raises(AddressesMalformed, match="is not UTF-8"):
        read_addresses(file)


@pytest.mark.parametrize(
    "url",
    [
        "https://assemblee-nationale.fr/a.zip",
        "https://data.assemblee-nationale.fr/a.zip",
        "https://DATA.Assemblee-Nationale.FR:443/a.zip",
        "https://a.b.assemblee-nationale.fr/a%20b.zip?c=d",
    ],
)
def test_the_publisher_is_a_domain_and_what_is_below_it(url: str) -> None:
    """Over https."""
    Publisher("assemblee-nationale.fr").check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://data.assemblee-nationale.fr/a.zip",
        "http://127.0.0.1/a.zip",
        "https://127.0.0.1/a.zip",
        "https://notassemblee-nationale.fr/a.zip",
        "https://assemblee-nationale.fr.example.org/a.zip",
        "https://data.assemblee-nationale.fr@example.org/a.zip",
        "https://me:secret@data.assemblee-nationale.fr/a.zip",
        "https://example.org\\@data.assemblee-nationale.fr/a.zip",
        "https://example.org#@data.assemblee-nationale.fr/a.zip",
        "https://example.org?.assemblee-nationale.fr/a.zip",
        "https://data.assemblee-nationale.fr /a.zip",
        "https://data.assemblee-nationale.fr:x/a.zip",
        "//data.assemblee-nationale.fr/a.zip",
        "data.assemblee-nationale.fr/a.zip",
        "ftp://data.assemblee-nationale.fr/a.zip",
        "file://data.assemblee-nationale.fr/etc/passwd",
        "file:///etc/passwd",
        "gopher://data.assemblee-nationale.fr/a",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/a.zip",
        "https://[::ffff:127.0.0.1]/a.zip",
        "https://[fe80::1%25eth0]/a.zip",
        "https://2130706433/a.zip",
        "https://0x7f000001/a.zip",
        "https://0/a.zip",
        "https://localhost/a.zip",
        "https://127.0.0.1:443#.assemblee-nationale.fr/a.zip",
        "https://example.org\uff0f.assemblee-nationale.fr/a.zip",
        "https://example.org\u2024assemblee-nationale.fr/a.zip",
        "https://example.org\t.assemblee-nationale.fr/a.zip",
        "https://.assemblee-nationale.fr@example.org/a.zip",
        "https:///a.zip",
        "",
    ],
)
def test_anything_else_is_refused(url: str) -> None:
    """Other hosts that look alike, other schemes, credentials, and what is no address."""
    with pytest.raises(AddressRefused):
        Publisher("assemblee-nationale.fr").check(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:secret@data.assemblee-nationale.fr/a.zip",
        "https://me:secret@example.org/a.zip",
        "https://me:secret@exa mple.org/a.zip",
        "https://me:secret@secret@[::1/a.zip",
        "//me:secret@data.assemblee-nationale.fr/a.zip",
    ],
)
def test_credentials_are_not_repeated(url: str) -> None:
    """Messages are kept in logs."""
    with pytest.raises(AddressRefused) as caught:
        Publisher("assemblee-nationale.fr").check(url)

    assert "secret" not in str(caught.value)
    assert "//***@" in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "[::1]"])
def test_plain_http_is_for_this_machine_and_only_when_allowed(host: str) -> None:
    """A mirror under test, never the default."""
    domain = host.strip("[]")
    Publisher(domain, allow_http=True).check(f"http://{host}:8000/a.zip")

    with pytest.raises(AddressRefused, match="is not https"):
        Publisher(domain).check(f"http://{host}:8000/a.zip")


def test_plain_http_elsewhere_is_never_allowed() -> None:
    """Whoever is in between could send anything."""
    with pytest.raises(AddressRefused, match="is not https"):
        Publisher("assemblee-nationale.fr", allow_http=True).check(
            "http://data.assemblee-nationale.fr/a.zip"
        )
