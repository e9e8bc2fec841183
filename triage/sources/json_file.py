"""A JSON file as a row of documents: one after another, or in lists, each with the line on which it begins."""

import json
import re
import zlib
from collections.abc import Iterator
from typing import Final, Self

from triage.sources.errors import SourceError
from triage.sources.lines import BLOCK_BYTES, LINE_MAX_BYTES, Broken, ByteStream, because, first_bytes
from triage.sources.unreadable import LINE_TOO_LONG, fingerprint

JSON_MAX_BYTES: Final = 64 * 1024 * 1024
"""A larger file of documents is NDJSON: that is read as it comes."""

SUFFIX: Final = ".json"
NOT_JSON: Final = "not JSON from here on"
_LIST_OF_OBJECTS: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[\s*\{")
_BLANK: Final = re.compile(r"[\s\ufeff]*")


def holds_json(stream: ByteStream, source: str) -> bool:
    """Whether `stream` holds JSON documents that need not stand on one line each: by the name, or a list of objects."""
    named = source.lower().removesuffix(".gz").endswith(SUFFIX)
    return named or _LIST_OF_OBJECTS.match(first_bytes(stream, source)) is not None


class JsonDocuments:
    """The documents of a JSON file, each as bytes. `number` is the line on which the last one given begins."""

    def __init__(self, stream: ByteStream, source: str) -> None:
        """Read all of `stream`, which errors call `source`. Raises `SourceError` where it is too large or damaged."""
        self.number = 0
        self.source = source
        self._documents = _split(_whole(stream, source))

    def __iter__(self) -> Self:
        """Itself: every document is given once."""
        return self

    def __next__(self) -> bytes | Broken:
        """The next document."""
        self.number, document = next(self._documents)
        return document


def _whole(stream: ByteStream, source: str) -> str:
    blocks, size = [], 0
    try:
        while block := stream.read1(BLOCK_BYTES):
            blocks.append(block)
            size += len(block)
            if size > JSON_MAX_BYTES:
                raise SourceError(
                    f"`{source}` is larger than {JSON_MAX_BYTES} bytes; write one document on each line (.ndjson)"
                )
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(because(f"`{source}` cannot be read", error)) from error
    return b"".join(blocks).decode("utf-8", "surrogateescape")


def _split(text: str) -> Iterator[tuple[int, bytes | Broken]]:
    """Each document with its line. From where the text is no JSON any more, its rest is one broken document."""
    decoder = json.JSONDecoder(parse_int=str, parse_float=str)
    line, counted, depth = 1, 0, 0
    at = _blank(text, 0)
    while at < len(text):
        line, counted = line + text.count("\n", counted, at), at
        if text[at] in "[],":
            depth += (text[at] == "[") - (text[at] == "]")
            at = _blank(text, at + 1)
            continue
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield line, _broken(NOT_JSON, text[at:])
            return
        yield line, _document(text[at:end])
        at = _blank(text, end)
    if depth > 0:
        yield line, _broken(NOT_JSON, "[")


def _blank(text: str, start: int) -> int:
    found = _BLANK.match(text, start)
    return found.end() if found else start


def _document(text: str) -> bytes | Broken:
    data = text.encode("utf-8", "surrogateescape")
    return data if len(data) <= LINE_MAX_BYTES else _broken(LINE_TOO_LONG, text)


def _broken(reason: str, text: str) -> Broken:
    data = text.encode("utf-8", "surrogateescape")
    return Broken(reason, data[:1], fingerprint(data))
