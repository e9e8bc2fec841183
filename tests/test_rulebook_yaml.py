"""The strict part of YAML that an agency's files are written in."""

import pytest

from triage.rulebook.nodes import Items, Node, Scalar, Table
from triage.rulebook.problems import Found, Problem
from triage.rulebook.yaml_file import parse


def read(text: str | bytes) -> Node:
    """What a file with this text says; it must be free of problems."""
    problems: list[Problem] = []
    node = parse(text if isinstance(text, bytes) else text.encode(), Found("x.yaml", problems))
    assert not problems
    assert node is not None
    return node


def refused(text: str | bytes) -> list[str]:
    """What is wrong with a file with this text."""
    problems: list[Problem] = []
    parse(text if isinstance(text, bytes) else text.encode(), Found("x.yaml", problems))
    return [str(problem) for problem in problems]


@pytest.mark.parametrize(
    "word", ["no", "on", "10:30", "911", "-1", "1_000", "0x1F", "2026-01-01", "1e3", ".inf", "=", "010"]
)
def test_a_value_stays_as_it_was_written(word: str) -> None:
    assert read(f"a: {word}") == Table(((Scalar("a", 1, plain=True), Scalar(word, 1, plain=True)),), 1)


def test_every_value_knows_its_line() -> None:
    node = read("# a comment\nfirst: [1,\n  2]\nsecond:\n  - third: >-\n      long\n      text\n    fourth: x\n")
    assert isinstance(node, Table)
    (_, first), (second_key, second) = node.entries
    assert isinstance(first, Items)
    assert [entry.line for entry in first.entries] == [2, 3]
    assert second_key.line == 4
    assert isinstance(second, Items)
    (inner,) = second.entries
    assert isinstance(inner, Table)
    assert [(key.text, key.line, value.line) for key, value in inner.entries] == [("third", 5, 5), ("fourth", 8, 8)]


def test_nothing_stands_on_the_line_of_its_name() -> None:
    assert read("a:\n\n\nb: 1") == Table(
        (
            (Scalar("a", 1, plain=True), Scalar("", 1, plain=True)),
            (Scalar("b", 4, plain=True), Scalar("1", 4, plain=True)),
        ),
        1,
    )


def test_only_what_stands_without_quotes_can_say_that_there_is_no_value() -> None:
    node = read("[null, ~, NULL, 'null', none]")
    assert isinstance(node, Items)
    assert [isinstance(entry, Scalar) and entry.is_null for entry in node.entries] == [True, True, True, False, False]


def test_a_byte_order_mark_and_line_ends_of_windows_are_read() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == read("a: 1\nb: 2\n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "x.yaml:1: the file is empty"),
        ("a: 1\nb: 2\na: 3", "x.yaml:3: a: given twice; the first is in line 1"),
        ("{'a': 1, a: 2}", "x.yaml:1: a: given twice; the first is in line 1"),
        ("a: &b 1", "x.yaml:1: remove the anchor `&b`"),
        ("a: 1\nc: *b", "x.yaml:2: write the value out instead of `*b`"),
        ("a: !!python/object:os.system x", "x.yaml:1: remove the tag `tag:yaml.org,2002:python/object:os.system`"),
        ("- !x {a: 1}", "x.yaml:1: remove the tag `!x`"),
        ("%TAG ! tag:x:\n---\na: 1", "x.yaml:1: remove the line that begins with `%`"),
        ("a: 1\n---\nb: 1", "x.yaml:2: the file holds more than one document: remove the line `---`"),
        ("? [a]\n: 1", "x.yaml:1: a name cannot be a list or a table"),
        ("a: 1\n b: 2", "x.yaml:2: not valid YAML: mapping values are not allowed in this context"),
        ("a: 1\nb: \x07", "x.yaml:2: the file holds a control character (U+0007): remove it"),
        (b"a: 1\nb: \xff", "x.yaml:2: the file is not UTF-8: save it as UTF-8"),
        (b"\xff\xfea\x00", "x.yaml:1: the file is not UTF-8: save it as UTF-8"),
        (b"#" * (1024 * 1024 + 1), "x.yaml: the file is too big: at most 1048576 bytes"),
    ],
)
def test_what_is_not_one_plain_document_is_refused(text: str | bytes, problem: str) -> None:
    assert refused(text) == [problem]


def test_a_thing_that_is_never_finished_is_named_by_the_line_where_it_begins() -> None:
    assert refused("a: [1\nb: 2\n") == [
        (
            "x.yaml:2: not valid YAML: did not find expected ',' or ']'"
            " (while parsing a flow sequence that begins in line 1)"
        )
    ]


def test_nesting_has_a_limit() -> None:
    assert isinstance(read("[" * 20 + "]" * 20), Items)
    assert refused("[" * 21 + "]" * 21) == ["x.yaml:1: nested deeper than 20 levels"]
    assert refused("[" * 900_000) == ["x.yaml:1: nested deeper than 20 levels"]


def test_what_a_name_refers_to_is_never_copied() -> None:
    laughs = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"
    assert len(refused(laughs)) == 7
