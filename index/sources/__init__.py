"""What is published, read into questions: one format per file.

`read_sources` is the way in; `Question`, `Reject` and counts come out.
"""

from index.sources.reader import Reading, read_sources
from index.sources.rejects import Reject, Remark

__all__ = ["Reading", "Reject", "Remark", "read_sources"]
