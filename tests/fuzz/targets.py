"""Every target by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.fuzz import addresses, index_opener, markup, query_parser, sources
from tests.fuzz.target import Target

_MODULES: Final = (query_parser, sources, markup, addresses, index_opener)

TARGETS: Final[Mapping[str, Target]] = {module.TARGET.name: module.TARGET for module in _MODULES}
