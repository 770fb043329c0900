"""What can go wrong while reading sources or opening an index.

Every message is one line in English that says what was wrong, where, and what to do next;
the commands print it as it is.
"""


class QuestionsError(Exception):
    """The base of every error that a command turns into one line and an exit code 1."""


class MalformedRecord(QuestionsError):
    """A published record lacks what identifies a question, or contradicts itself."""


class NothingRecognised(QuestionsError):
    """None of the given sources holds a question or an actors' file."""


class ArchivesMissing(QuestionsError):
    """An index was to be made again from archives, and none is kept."""


class IndexMissing(QuestionsError):
    """There is no index where one was expected."""


class IndexFormatError(QuestionsError):
    """The directory holds an index that this version cannot read, or no index at all."""


class IndexLocked(QuestionsError):
    """Another process is writing to the same index."""


class DiskFull(QuestionsError):
    """An index could not be written because there is no room left for it."""


class IndexNotWritable(QuestionsError):
    """An index could not be written because this process may not write there."""


class FilesExhausted(QuestionsError):
    """The system doesn't let a process hold as many files open as a build has parts."""


class NotMerged(QuestionsError):
    """A build published what it read, and could not put its segments together afterwards."""


class ProcessKilled(QuestionsError):
    """Something outside killed one of the processes of a build."""


class MixedCorpora(QuestionsError):
    """Fictional (demo) and real questions were about to share one index."""


class AddressesMalformed(QuestionsError):
    """A file of addresses of archives cannot be read as one."""


class AddressRefused(QuestionsError):
    """An address is not the publisher's, or not encrypted: nothing is asked there."""


class ArchiveUnavailable(QuestionsError):
    """A published archive cannot be had now; the one kept before stays."""


class ArchivesLocked(QuestionsError):
    """Another process is bringing archives to the same folder."""
