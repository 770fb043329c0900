"""How old may the newest JO be before something must be wrong?"""

from __future__ import annotations

from datetime import date
from typing import Final

LONGEST_SILENCE: Final = 30
"""Days. A JO of questions comes out nearly every week."""


def is_stale(donnees_au: date | None, today: date) -> bool:
    """Whether the newest JO indexed is too old for the publisher to be still publishing here.

    Args:
        donnees_au: the newest JO date of the index, by the publisher's dates; None when no
            question has one, which says nothing.
        today: the day it is.
    """
    return donnees_au is not None and (today - donnees_au).days > LONGEST_SILENCE
