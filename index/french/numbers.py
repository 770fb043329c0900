"""Numbers: one term however the digits are grouped."""

from __future__ import annotations

import re
from typing import Final

from index.french.fold import fold

_GROUPED_BY_DOTS: Final = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")


def number_term(text: str) -> str:
    """The term of a number as segmented: digits, and a comma before decimals.

    >>> number_term("1\u202f960"), number_term("6.6"), number_term("1.960")
    ('1960', '6,6', '1960')
    """
    if _GROUPED_BY_DOTS.fullmatch(text):
        text = text.replace(".", "")
    return fold(re.sub(r"[^\d,]", "", text.replace(".", ",")))
