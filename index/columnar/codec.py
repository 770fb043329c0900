"""The reading side of the codec as Whoosh asks for it: segments, terms, matchers, documents.

Whoosh's own `Searcher` runs on these, one document at a time: it is the oracle of the tests and
serves whoever opens the index with Whoosh alone. Our evaluator reads `Segment.arrays` instead.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, TypeAlias

import numpy as np
from numpy.typing import NDArray
from whoosh.codec import base
from whoosh.filedb.filestore import FileStorage
from whoosh.formats import Format, Positions
from whoosh.matching.mcore import LeafMatcher, ReadTooFar
from whoosh.reading import TermInfo, TermNotFound

from index.columnar.array_file import DamagedFile
from index.columnar.layout import TERM_MASK
from index.columnar.segment_arrays import SegmentArrays
from index.columnar.segment_files import open_segment

Term: TypeAlias = tuple[str, bytes]
RECORD: Final = "record"
"""The name under which Whoosh sees what is stored of a document."""


class Segment(base.Segment):
    """One segment as Whoosh's table of contents pickles it: its name, size and deletions.

    Attributes:
        deleted: uint32, ascending: the documents deleted since it was written.
    """

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)  # type: ignore[no-untyped-call]
        self.deleted: NDArray[np.uint32] = np.empty(0, np.uint32)
        self._size = 0
        self._arrays: SegmentArrays | None = None

    def arrays(self, directory: Path) -> SegmentArrays:
        """The segment's arrays, mapped at the first call.

        Raises:
            DamagedFile: a file is missing, cut short or another one's.
        """
        if self._arrays is None:
            self._arrays = open_segment(directory, self.segment_id())
            if self._arrays.size != self._size or (self.deleted >= self._size).any():
                raise DamagedFile(
                    f"segment {self.segment_id()} in {directory} has {self._arrays.size} "
                    f"documents where its index counts {self._size}"
                )
        return self._arrays

    def codec(self) -> ColumnarCodec:
        """The codec that reads it; nothing of it is pickled."""
        return ColumnarCodec()

    def should_assemble(self) -> bool:
        """Never one compound file: arrays are mapped each from its own."""
        return False

    def set_doc_count(self, doccount: int) -> None:
        """Say how many documents it has."""
        self._size = doccount

    def doc_count_all(self) -> int:
        """How many documents it has, deleted ones included."""
        return self._size

    def doc_count(self) -> int:
        """How many documents aren't deleted."""
        return self._size - self.deleted_count()

    def deleted_count(self) -> int:
        """How many are deleted."""
        return int(self.deleted.size)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents, ascending."""
        return iter(self.deleted.tolist())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        place = int(np.searchsorted(self.deleted, np.uint32(docnum)))
        return place < self.deleted.size and int(self.deleted[place]) == docnum

    def delete_document(self, docnum: int, delete: bool = True) -> None:
        """Delete a document, or take its deletion back."""
        self.delete_documents(np.array([docnum]), delete=delete)

    def delete_documents(self, documents: NDArray[Any], *, delete: bool = True) -> None:
        """Delete documents, or take their deletion back; many at once cost as much as one."""
        change = np.union1d if delete else np.setdiff1d
        self.deleted = change(self.deleted, documents.astype(np.uint32))

    def __getstate__(self) -> Mapping[str, Any]:
        crc32 = zlib.crc32(self.deleted.tobytes())
        return self.__dict__ | {"_arrays": None, "deleted": self.deleted.tobytes(), "crc32": crc32}

    def __setstate__(self, state: dict[str, Any]) -> None:
        if zlib.crc32(state["deleted"]) != state.pop("crc32"):
            raise DamagedFile("the index's list of deleted documents is damaged")
        self.__dict__ |= state | {"deleted": np.frombuffer(state["deleted"], np.uint32)}


class ColumnarCodec(base.Codec):
    """What Whoosh needs to read a segment; `writer.ColumnarWriter` writes them."""

    length_stats = False  # a segment is flushed without Whoosh reading its lengths first

    def new_segment(self, storage: FileStorage, indexname: str) -> Segment:  # noqa: ARG002
        """A segment to be written."""
        return Segment(indexname)

    def per_document_writer(self, storage: FileStorage, segment: Segment) -> _NotUsed:  # noqa: ARG002
        """Nothing is written document by document."""
        return _NotUsed()

    def field_writer(self, storage: FileStorage, segment: Segment) -> _NotUsed:  # noqa: ARG002
        """Nothing is written field by field."""
        return _NotUsed()

    def postings_writer(self, dbfile: object, byteids: bool = False) -> NoReturn:
        """Not how postings are written: `merge` writes them as arrays."""
        raise NotImplementedError("a columnar segment is written whole")

    def postings_reader(self, *_: object, **__: object) -> NoReturn:
        """Not how postings are read: `TermsReader.matcher` reads them from arrays."""
        raise NotImplementedError("a columnar segment is read through its terms")

    def terms_reader(self, storage: FileStorage, segment: Segment) -> TermsReader:
        """The terms and postings of a segment."""
        return TermsReader(segment.arrays(Path(storage.folder)))

    def per_document_reader(self, storage: FileStorage, segment: Segment) -> PerDocumentReader:
        """The documents of a segment."""
        return PerDocumentReader(segment.arrays(Path(storage.folder)), segment)


class _NotUsed:
    """In the place of the writers that Whoosh's segment writer insists on opening."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class TermsReader(base.TermsReader):
    """The terms of a segment, and a matcher for each."""

    def __init__(self, arrays: SegmentArrays) -> None:
        self._arrays = arrays

    def __contains__(self, term: Term) -> bool:
        return self._arrays.row(*term) is not None

    def indexed_field_names(self) -> tuple[str, ...]:
        """The fields that have terms, deleted documents' included."""
        return self._arrays.fields

    def cursor(self, fieldname: str, fieldobj: object) -> FieldCursor:  # noqa: ARG002
        """A cursor over the terms of a field."""
        return FieldCursor(self._arrays, self._arrays.fields.index(fieldname))

    def terms(self) -> Iterator[Term]:
        """Every field and term, in order."""
        for field in sorted(self._arrays.fields):
            for _, term in self._terms_of(field, b""):
                yield field, term

    def terms_from(self, fieldname: str, prefix: bytes) -> Iterator[Term]:
        """A field's terms from a place on, then those of the fields that follow."""
        for field in sorted(self._arrays.fields):
            if field >= fieldname:
                start = prefix if field == fieldname else b""
                for _, term in self._terms_of(field, start):
                    yield field, term

    def items(self) -> Iterator[tuple[Term, TermInfo]]:
        """`terms` with what is known of each."""
        return ((term, self.term_info(*term)) for term in self.terms())

    def items_from(self, fieldname: str, prefix: bytes) -> Iterator[tuple[Term, TermInfo]]:
        """`terms_from` with what is known of each."""
        return ((term, self.term_info(*term)) for term in self.terms_from(fieldname, prefix))

    def term_info(self, fieldname: str, text: bytes) -> TermInfo:
        """The statistics of a term in a field, deleted documents included."""
        start, end = self._found_span(fieldname, text)
        postings = self._arrays.postings
        documents, frequencies = postings.documents[start:end], postings.frequencies[start:end]
        lengths = self._arrays.lengths[self._arrays.fields.index(fieldname), documents]
        return TermInfo(
            float(frequencies.sum(dtype=np.int64)),
            end - start,
            int(lengths.min()),
            int(lengths.max()),
            float(frequencies.max()),
            int(documents[0]),
            int(documents[-1]),
        )

    def frequency(self, fieldname: str, text: bytes) -> float:
        """How often a term occurs in a field."""
        start, end = self._span(fieldname, text)
        return float(self._arrays.postings.frequencies[start:end].sum(dtype=np.int64))

    def doc_frequency(self, fieldname: str, text: bytes) -> int:
        """In how many documents a term occurs in a field."""
        start, end = self._span(fieldname, text)
        return end - start

    def matcher(
        self, fieldname: str, text: bytes, format_: Format, scorer: Any = None
    ) -> ArrayMatcher:
        """The postings of a term, one after the other."""
        span = self._found_span(fieldname, text)
        return ArrayMatcher(self._arrays, span, format_, scorer, (fieldname, text))

    def _found_span(self, field: str, term: bytes) -> tuple[int, int]:
        start, end = self._span(field, term)
        if start == end:
            raise TermNotFound(f"{field}:{term!r}")
        return start, end

    def _span(self, field: str, term: bytes) -> tuple[int, int]:
        """The postings of a term; an empty span when its field lacks it."""
        row = self._arrays.row(field, term)
        if row is None:
            return 0, 0
        first, last = self._arrays.postings.list_starts[row : row + 2].tolist()
        return first, last

    def _terms_of(self, field: str, start: bytes) -> Iterator[tuple[int, bytes]]:
        cursor = FieldCursor(self._arrays, self._arrays.fields.index(field))
        term = cursor.find(start)
        while term is not None:
            yield cursor.row, term
            term = cursor.next()


class FieldCursor(base.FieldCursor):
    """Goes through the terms of a field in order."""

    def __init__(self, arrays: SegmentArrays, field: int) -> None:
        self._arrays, self._field = arrays, field
        self._first, self._end = arrays.postings.rows(field, 0, TERM_MASK)
        self.row = self._first

    def first(self) -> bytes | None:
        """Go to the first term."""
        self.row = self._first
        return self.term()

    def find(self, string: bytes) -> bytes | None:
        """Go to the first term that isn't before this string."""
        number, _ = self._arrays.terms.range(string)
        self.row, _ = self._arrays.postings.rows(self._field, number, TERM_MASK)
        return self.term()

    def next(self) -> bytes | None:
        """Go to the next term."""
        self.row += 1
        return self.term()

    def term(self) -> bytes | None:
        """The current term; None past the last one."""
        if self.row >= self._end:
            return None
        key = int(self._arrays.postings.list_keys[self.row])
        return self._arrays.terms[key & TERM_MASK]


class ArrayMatcher(LeafMatcher):
    """The postings of one term of one field, read from the arrays one after the other."""

    def __init__(
        self,
        arrays: SegmentArrays,
        span: tuple[int, int],
        format_: Format,
        scorer: Any,
        term: Term,
    ) -> None:
        self._arrays, self._span = arrays, span
        self.format, self.scorer, self._term = format_, scorer, term
        self._at = span[0]
        # A list: one element of an array at a time costs ten times as much.
        self._ids: list[int] = arrays.postings.documents[span[0] : span[1]].tolist()

    def is_active(self) -> bool:
        """Whether there is a current posting."""
        return self._at < self._span[1]

    def reset(self) -> None:
        """Go back to the first posting."""
        self._at = self._span[0]

    def copy(self) -> ArrayMatcher:
        """Another one, at the same posting."""
        other = ArrayMatcher(self._arrays, self._span, self.format, self.scorer, self._term)
        other._at = self._at
        return other

    def id(self) -> int:
        """The current document."""
        return self._ids[self._at - self._span[0]]

    def next(self) -> bool:  # type: ignore[override]
        """Go to the next posting."""
        if not self.is_active():
            raise ReadTooFar
        self._at += 1
        return True

    def skip_to(self, docnum: int) -> bool:  # type: ignore[override]
        """Go to the first posting of this document or of one after it."""
        if not self.is_active():
            raise ReadTooFar
        documents = self._arrays.postings.documents[self._span[0] : self._span[1]]
        place = self._span[0] + int(np.searchsorted(documents, np.uint32(docnum)))
        moved = place > self._at
        self._at = max(self._at, place)
        return moved

    def all_ids(self) -> Iterator[int]:
        """The documents from the current one on."""
        return iter(self._ids[self._at - self._span[0] :])

    def weight(self) -> float:
        """How often the term occurs in the current document."""
        return float(self._arrays.postings.frequencies[self._at])

    def supports_block_quality(self) -> bool:
        """Blocks have no quality: no impacts are stored."""
        return False

    def supports(self, astype: str) -> bool:
        """What `value_as` can give."""
        return astype in ("positions", "frequency", "weight")

    def value(self) -> bytes:
        """The value as Whoosh's format encodes it."""
        return Positions().encode(self._positions())  # type: ignore[no-any-return]

    def value_as(self, astype: str) -> Any:
        """The positions, or how many."""
        return self._positions() if astype == "positions" else self.weight()

    def _positions(self) -> list[int]:
        positions: list[int] = self._arrays.positions_of(self._at).tolist()
        return positions


class PerDocumentReader(base.PerDocumentReader):
    """What is kept of each document of a segment."""

    def __init__(self, arrays: SegmentArrays, segment: Segment) -> None:
        self._arrays, self._segment = arrays, segment

    def doc_count(self) -> int:
        """How many documents aren't deleted."""
        return self._segment.doc_count()

    def doc_count_all(self) -> int:
        """How many documents there are, deleted ones included."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Whether any is deleted."""
        return bool(self._segment.has_deletions())

    def is_deleted(self, docnum: int) -> bool:
        """Whether a document is deleted."""
        return self._segment.is_deleted(docnum)

    def deleted_docs(self) -> Iterator[int]:
        """The deleted documents."""
        return self._segment.deleted_docs()

    def stored_fields(self, docnum: int) -> dict[str, bytes]:
        """The record, and the keys, of a document."""
        keys = {name: bytes(column.values[docnum]) for name, column in self._arrays.keys.items()}
        return {RECORD: self._arrays.records.read(docnum)} | keys

    def doc_field_length(self, docnum: int, fieldname: str, default: int = 0) -> int:
        """The length of a field of a document, in words."""
        return int(self._lengths(fieldname)[docnum]) or default

    def field_length(self, fieldname: str) -> int:
        """The length of a field over all documents, in words."""
        return int(self._lengths(fieldname).sum(dtype=np.int64))

    def min_field_length(self, fieldname: str) -> int:
        """The least length of a field."""
        return int(self._lengths(fieldname).min(initial=0))

    def max_field_length(self, fieldname: str) -> int:
        """The greatest length of a field."""
        return int(self._lengths(fieldname).max(initial=0))

    def _lengths(self, field: str) -> NDArray[Any]:
        if field not in self._arrays.fields:
            return np.zeros(self._arrays.size, np.uint8)
        lengths: NDArray[Any] = self._arrays.lengths[self._arrays.fields.index(field)]
        return lengths
