"""What is published, read into questions: one format per file.

`read_sources` is the way in; `Question`, `Reject` and counts come out.
"""

from index.sources.actors import Directory
from index.sources.reader import Progress, Reading, read_sources
from index.sources.rejects import Reject

__all__ = ["Directory", "Progress", "Reading", "Reject", "read_sources"]
