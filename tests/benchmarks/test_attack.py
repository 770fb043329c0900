"""The search for the dearest address: what it sends, and what it finds."""

from __future__ import annotations

import random
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from benchmarks import attack
from benchmarks.attack import Address

MATERIALS = attack._Materials(
    ["ministre", "retraite", "école"], [("legislature", "17"), ("rubrique", "eau")], ["QANR5L17QE1"]
)


def made(seed: int) -> list[Address]:
    """Addresses made at random, and then changed."""
    chance = random.Random(seed)
    first = [MATERIALS.make(chance) for _ in range(200)]
    return [*first, *(MATERIALS.change(one, chance) for one in first)]


def test_addresses_are_those_that_a_browser_may_send() -> None:
    """Each has a query that the site reads, and as many kinds as there are come up."""
    addresses = made(1)

    assert {urlsplit(one.url).path for one in addresses} >= {"/", "/statistiques", "/flux.atom"}
    assert all(
        len(parse_qs(urlsplit(one.url).query).get("q", [""])[0]) <= 2_000 for one in addresses
    )
    assert any("%2A" in one.url for one in addresses)
    assert made(1) == addresses != made(2)


def test_the_dearest_address_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a site whose pages cost what their stars do, it is one of many stars."""
    app = Flask(__name__)
    app.add_url_rule("/<path:_>", "page", lambda _: "")
    app.add_url_rule("/", "home", lambda: "")
    monkeypatch.setattr(attack, "_cost", lambda _client, url: (1.0 + url.count("%2A"), 200))

    found = attack._climb(app.test_client(), MATERIALS, 1.0, 1.0, random.Random(1), lambda _: None)

    assert found.ratio > 100
    assert found.tried > 100
    assert [seconds for seconds, _ in found.worst] == sorted(
        (seconds for seconds, _ in found.worst), reverse=True
    )
