"""The archive as a file: gzipped JSON Lines.

First a header, then for each part a line with its name, columns and count and a line for each
row, at last the SHA-256 of all that came before. Nobody's database can be told from it.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from chat.archive.errors import ArchiveError
from chat.archive.tables import Part

FORMAT = 1
KIND = "chat archive"
COMPRESSION = 5  # of 9; more costs time and saves little
MAX_LINE = 64 * 1024 * 1024  # bytes
DAMAGE = (gzip.BadGzipFile, EOFError, zlib.error, msgspec.MsgspecError, UnicodeDecodeError)

Progress = Callable[[str, int], None]  # told of each part's name and how many of its rows are done


class Header(Struct, frozen=True):
    """What the archive is, before anything is read from it."""

    kind: str
    format: int
    version: str  # of the chat that made it
    made_at: datetime
    counts: dict[str, int]  # rows by part


class _PartHeader(Struct, frozen=True):
    part: str
    columns: list[str]
    count: int


class _Trailer(Struct, frozen=True):
    sha256: str


def write_archive(
    path: Path, parts: Sequence[Part], *, version: str, made_at: datetime, progress: Progress
) -> Header:
    """Write the file whole or not at all; only its owner may read it. Raises OSError."""
    counts = {part.label: part.count for part in parts}
    header = Header(KIND, FORMAT, version, made_at, counts)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw:
            with gzip.GzipFile(path.name, "wb", COMPRESSION, raw) as packed:
                _write(packed, header, parts, progress)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
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
        for number, row in enumerate(part.rows, start=1):
            put(encode(row) + b"\n")
            progress(part.label, number)
    file.write(encode(_Trailer(digest.hexdigest())) + b"\n")


def check_archive(path: Path) -> Header:
    """Read the whole file once and see that it is undamaged. Raises ArchiveError, OSError."""
    digest = hashlib.sha256()
    last = b""
    with _undamaged(path) as lines:
        header = _header(path, lines.readline(MAX_LINE))
        lines.rewind()
        for line in lines:
            digest.update(last)
            last = line
        if msgspec.json.decode(last, type=_Trailer).sha256 != digest.hexdigest():
            raise EOFError("the checksum does not match")
    return header


def read_parts(path: Path) -> Iterator[Part]:
    """The parts of a file that was checked. Take each one's rows before the next part."""
    decode = msgspec.json.Decoder(list[Any]).decode
    with _undamaged(path) as lines:
        for label, count in _header(path, lines.readline()).counts.items():
            part = msgspec.json.decode(lines.readline(), type=_PartHeader)
            if (part.part, part.count) != (label, count):
                raise EOFError("its parts are not those of its header")
            yield Part(label, part.columns, count, (decode(lines.readline()) for _ in range(count)))


class _undamaged:
    """The file's lines; what shows that they are not as they were written becomes words."""

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
        raise ArchiveError(f"{path} is no backup of a chat.")
    if its_format > FORMAT:
        raise ArchiveError(
            f"{path} has format {its_format}, and this version ({FORMAT}) is too old for it."
            f" Install version {start.get('version')} of the chat or a later one."
        )
    return msgspec.json.decode(line, type=Header)
