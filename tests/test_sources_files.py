"""Where calls are read from: files of every kind, and what is said about one that cannot be read."""

import hashlib
from pathlib import Path

import pytest

from tests.source_examples import COLUMNS, HEADER, ZONE, arrived, packed, row, short, unreadable
from triage.sources import SourceError, read_file
from triage.sources.lines import BLOCK_BYTES, Broken, Lines

DOCUMENT = b'{"call_id": "A1", "reported_at": "2024-01-02T03:04:05Z", "call_type": "NOISE"}\n'
TABLE = f"{HEADER}\n{row(call_id='A1')}\n".encode()


def calls_in(path: Path, data: bytes) -> list[str]:
    """The calls of a file with these bytes."""
    path.write_bytes(data)
    return [item.report.call_id for item in arrived(read_file(path, COLUMNS, ZONE))]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("calls.csv", TABLE),
        ("calls.csv.gz", packed(TABLE)),
        ("CALLS.CSV.GZ", packed(TABLE[:40]) + packed(TABLE[40:])),
        ("calls.txt", packed(TABLE)),
        ("calls.ndjson", DOCUMENT),
        ("calls.jsonl.gz", packed(DOCUMENT)),
        ("calls", DOCUMENT),
    ],
    ids=short,
)
def test_a_file_is_read_as_what_it_is(tmp_path: Path, name: str, data: bytes) -> None:
    assert calls_in(tmp_path / name, data) == ["A1"]


def test_a_file_called_ndjson_is_never_taken_for_csv(tmp_path: Path) -> None:
    assert calls_in(tmp_path / "calls.ndjson", b"rubbish\n" + DOCUMENT) == ["A1"]
    assert calls_in(tmp_path / "calls.jsonl.gz", packed(b"rubbish\n" + DOCUMENT)) == ["A1"]


def test_an_unreadable_row_names_the_file_and_not_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text(f"{HEADER}\n{row(reported_at='soon')}\n")
    (found,) = unreadable(read_file(path, COLUMNS, ZONE))
    assert found.source == "calls.csv"


@pytest.mark.parametrize("name", [" \n.csv", "\x1b[31m.csv", "x" * 250], ids=short)
def test_a_file_with_a_strange_name_is_read_all_the_same(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(f"{HEADER}\n{row(reported_at='soon')}\n")
    (found,) = unreadable(read_file(path, COLUMNS, ZONE))
    assert found.source.isprintable()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("calls.csv", b"", "`calls.csv` is empty"),
        ("calls.ndjson", b"", "`calls.ndjson` is empty"),
        ("calls.csv.gz", TABLE, "`calls.csv.gz` is not a gzip file"),
        ("calls.csv.gz", packed(b""), "`calls.csv.gz` is empty"),
        ("calls.csv.gz", packed(TABLE)[:15], "`calls.csv.gz` cannot be read: "),
        ("calls.csv", b"count,type\n1,NOISE\n", "no column mapping fits the header of `calls.csv`"),
    ],
    ids=short,
)
def test_a_file_that_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SourceError) as refused:
        read_file(tmp_path / name, COLUMNS, ZONE)
    assert str(refused.value).startswith(said)


def test_a_folder_and_a_file_that_is_not_there_are_refused_by_path(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a directory, not a file of calls"):
        read_file(tmp_path, COLUMNS, ZONE)
    with pytest.raises(SourceError, match="no such file: "):
        read_file(tmp_path / "nowhere.csv", COLUMNS, ZONE)
    with pytest.raises(SourceError, match="cannot be opened"):
        read_file(tmp_path / "a\0b.csv", COLUMNS, ZONE)


class FailingDisk:
    """A stream that fails after its first block."""

    def __init__(self, *blocks: bytes) -> None:
        self._blocks = list(blocks)

    def read1(self, _size: int, /) -> bytes:
        """The next block, and then a failure."""
        if not self._blocks:
            raise OSError(5, "Input/output error")
        return self._blocks.pop(0)

    def peek(self, _size: int, /) -> bytes:
        """The block that comes next."""
        return self._blocks[0]


def test_a_disk_that_fails_loses_only_what_it_did_not_give() -> None:
    first, second = Lines(FailingDisk(b"one\ntw"), "calls.csv")
    assert first == b"one"
    assert isinstance(second, Broken)
    assert (second.reason, second.head) == ("the file ends in the middle", b"tw")


def test_a_disk_that_gives_nothing_is_an_error_that_says_so() -> None:
    with pytest.raises(SourceError, match=r"`calls\.csv` cannot be read: input/output error"):
        next(Lines(FailingDisk(), "calls.csv"))


@pytest.mark.parametrize("length", [BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES])
def test_lines_are_the_same_wherever_a_block_ends(tmp_path: Path, length: int) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"a" * length + b"\r\nb\n\nc")
    with path.open("rb") as file:
        assert list(Lines(file, "lines")) == [b"a" * length, b"b", b"", b"c"]


@pytest.mark.parametrize("after", [b"", b"\n", b"\nrest", b"\nrest\n"], ids=short)
def test_a_line_too_long_is_told_by_its_beginning_and_the_next_is_whole(tmp_path: Path, after: bytes) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"first\n" + b"a" * 5_000_000 + after)
    with path.open("rb") as file:
        first, long, *rest = Lines(file, "lines")
    assert first == b"first"
    assert isinstance(long, Broken)
    assert (long.reason, long.head) == ("line over 1 MiB", b"a" * 64 * 1024)
    assert long.fingerprint == hashlib.sha256(b"a" * 5_000_000).hexdigest()[:16]
    assert rest == ([b"rest"] if b"rest" in after else [])


def test_lines_given_back_are_given_again_in_their_order(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"a\nb\nc\nd\n")
    with path.open("rb") as file:
        lines = Lines(file, "lines")
        taken = [next(lines), next(lines), next(lines)]
        lines.give_back(taken[1:])
        assert lines.number == 1
        assert list(lines) == [b"b", b"c", b"d"]
        assert lines.number == 4
