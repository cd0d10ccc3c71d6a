"""The archive as a file: gzipped JSON Lines.

First a header, then for each part a line with its name, columns and count and a line for each
row, at last the SHA-256 of all that came before. It does not depend on the kind of database.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from chat.archive.draft import draft_of
from chat.archive.errors import ArchiveError
from chat.archive.tables import Part

FORMAT = 1
KIND = "chat archive"
COMPRESSION = 5  # of 9; more costs time and saves little
MAX_LINE = 64 * 1024 * 1024  # bytes
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)  # deeply nested JSON
DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, *UNREADABLE)

T = TypeVar("T")
Count = Annotated[int, Meta(ge=0)]
Progress = Callable[[str, int], None]  # called with a part's name and how many rows are done


class Header(Struct, frozen=True):
    """The first line: what the archive is."""

    kind: str
    format: int
    version: str  # of the chat that wrote it
    made_at: datetime
    counts: dict[str, Count]  # rows by part


class _PartHeader(Struct, frozen=True):
    part: str
    columns: list[str]
    count: Count


class _Trailer(Struct, frozen=True):
    sha256: str


_part_decoder = msgspec.json.Decoder(_PartHeader)
_row_decoder = msgspec.json.Decoder(list[Any])
_trailer_decoder = msgspec.json.Decoder(_Trailer)


def write_archive(
    path: Path, parts: Sequence[Part], *, version: str, made_at: datetime, progress: Progress
) -> Header:
    """Write the file completely or not at all; only its owner may read it. Raises OSError."""
    counts = {part.label: part.count for part in parts}
    header = Header(KIND, FORMAT, version, made_at, counts)
    with draft_of(path) as raw, gzip.GzipFile(path.name, "wb", COMPRESSION, raw) as packed:
        _write(packed, header, parts, progress)
    return header


def _write(file: gzip.GzipFile, header: Header, parts: Sequence[Part], progress: Progress) -> None:
    encode = msgspec.json.Encoder().encode
    digest = hashlib.sha256()

    def put(line: bytes) -> None:
        digest.update(line)
        file.write(line)

    put(encode(header) + b"\n")
    for part in parts:
        put(encode(_PartHeader(part.label, part.columns, part.count)) + b"\n")
        with closing(part.rows) as rows:
            for number, row in enumerate(rows, start=1):
                put(encode(row) + b"\n")
                progress(part.label, number)
    file.write(encode(_Trailer(digest.hexdigest())) + b"\n")


def check_archive(path: Path) -> Header:
    """Read the whole file once to check that it is undamaged. Raises ArchiveError, OSError."""
    digest = hashlib.sha256()
    last = b""
    with _undamaged(path) as lines:
        header = _header(path, _line(lines))
        lines.rewind()
        while line := _line(lines):
            digest.update(last)
            last = line
        if msgspec.json.decode(last, type=_Trailer).sha256 != digest.hexdigest():
            raise EOFError("the checksum does not match")
    return header


def read_parts(path: Path) -> Iterator[Part]:
    """The parts of a file that was checked. Take each one's rows before the next part.

    Raises ArchiveError, as do the rows.
    """
    with _undamaged(path) as lines:
        at = 1
        for label, count in _header(path, _line(lines)).counts.items():
            at += 1
            part = _decoded(_line(lines), at, _part_decoder)
            if (part.part, part.count) != (label, count):
                raise EOFError(f"line {at} is not that of the part {label} with {count} rows")
            yield Part(label, part.columns, count, _rows(lines, at + 1, count), first_line=at + 1)
            at += count
        _decoded(_line(lines), at + 1, _trailer_decoder)


def _rows(lines: gzip.GzipFile, first: int, count: int) -> Generator[list[Any], None, None]:
    for at in range(first, first + count):
        yield _decoded(_line(lines), at, _row_decoder)


def _line(lines: gzip.GzipFile) -> bytes:
    line = lines.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise ArchiveError(f"A line of the file has more than {MAX_LINE:,} bytes.")
    return line


def _decoded(line: bytes, number: int, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(line)
    except UNREADABLE as error:
        raise ArchiveError(f"Line {number} is not a line of a backup ({error}).") from None


class _undamaged:
    """The file's lines. Turns signs of damage into an ArchiveError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> gzip.GzipFile:
        self._raw: IO[bytes] = self._path.open("rb")
        return gzip.GzipFile(fileobj=self._raw)

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        self._raw.close()
        if kind is not None and issubclass(kind, DAMAGE):
            raise ArchiveError(
                f"{self._path} is damaged or incomplete ({error}). Use another backup."
            ) from None


def _header(path: Path, line: bytes) -> Header:
    try:
        start = msgspec.json.decode(line)
        kind, its_format = start["kind"], start["format"]
    except (*DAMAGE, KeyError, TypeError):
        kind, its_format = None, 0
    if kind != KIND:
        raise ArchiveError(f"{path} is not a chat backup.")
    if isinstance(its_format, int) and its_format > FORMAT:
        raise ArchiveError(
            f"{path} has format {its_format}, and this version ({FORMAT}) is too old for it."
            f" Install version {start.get('version')} of the chat or a later one."
        )
    return msgspec.json.decode(line, type=Header)
