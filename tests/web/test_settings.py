"""Settings that can't be are told in words, before anything is served."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from web.commands import main
from web.settings import SETTINGS, InvalidSetting, Settings


def test_each_setting_has_its_variable() -> None:
    """The table and the settings name the same ones."""
    assert set(SETTINGS) == {field.name for field in fields(Settings)}


def test_settings_are_read_from_their_variables() -> None:
    """Blank ones keep their default; what is no setting of ours is left alone."""
    environ = {
        "QE_URL": " https://questions.example.org/ ",
        "QE_TITRE": "  ",
        "QE_HOSTS": "Questions.example.org, .example.net 192.0.2.1",
        "QE_PROXIES": "2",
        "QE_INDEX": "var/index",
    }

    assert Settings.from_environment(environ) == Settings(
        url="https://questions.example.org/",
        hosts=("questions.example.org", ".example.net", "192.0.2.1"),
        proxies=2,
    )


@pytest.mark.parametrize(
    "url",
    [
        "https://questions.example.org",
        "http://localhost:8000/",
        "https://QUESTIONS.example.org:443",
        "http://192.0.2.1",
        "http://[2001:db8::1]:8000",
    ],
)
def test_a_base_address_is_a_scheme_and_a_host(url: str) -> None:
    """With or without a port, or the slash at its end."""
    assert Settings.from_environment({"QE_URL": url}).url == url


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        *(
            ("QE_URL", url, "give a base address such as https://questions.example.org")
            for url in (
                "questions.example.org",
                "ftp://example.org",
                "javascript:alert(1)",
                "https://",
                "https://example.org/questions",
                "https://example.org?x=1",
                "https://example.org#x",
                "https://exa mple.org",
                "https://example.org\r\nX-Injected: 1",
                'https://example.org"><script>',
                "https://-example.org",
                "https://éxample.org",
            )
        ),
        ("QE_HOSTS", "https://example.org", "is no name of a host"),
        ("QE_HOSTS", "example.org:8000", "is no name of a host"),
        ("QE_HOSTS", "example.org, *", "'*' is no name of a host"),
        ("QE_HOSTS", "exa_mple.org", "is no name of a host"),
        *(
            ("QE_PROXIES", number, "give the number of reverse proxies, from 0 to 10")
            for number in ("-1", "11", "1.5", "yes", "١", "127.0.0.1")
        ),
    ],
)
def test_a_value_that_cannot_be_is_refused(variable: str, value: str, advice: str) -> None:
    """With the variable, the value, and what to give instead, on one line."""
    with pytest.raises(InvalidSetting) as caught:
        Settings.from_environment({variable: value})

    assert str(caught.value).startswith(f"{variable} is {value!r}: ")
    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


def test_credentials_are_not_repeated() -> None:
    """What a server says as it starts is kept in logs."""
    with pytest.raises(InvalidSetting, match=r"QE_URL is 'https://\*\*\*@example.org': "):
        Settings.from_environment({"QE_URL": "https://me:secret@example.org"})


def test_the_server_says_so_before_it_starts(tmp_path: Path) -> None:
    """One line and a failure, before the index is looked at."""
    outcome = CliRunner().invoke(
        main, ["serve", "--index", str(tmp_path)], env={"QE_PROXIES": "many"}
    )

    assert outcome.exit_code == 1
    assert outcome.output == (
        "qe: QE_PROXIES is 'many': give the number of reverse proxies, from 0 to 10\n"
    )
