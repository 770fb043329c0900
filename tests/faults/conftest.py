"""Indexes to serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.served import index_of, long_questions


@pytest.fixture(scope="session")
def long_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index whose download is larger than what is kept for a client."""
    return index_of(tmp_path_factory.mktemp("faults") / "index", *long_questions())
