"""JSON as it was written: whatever a document holds comes out again unchanged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.eido_examples import document
from triage.eido.json_text import DEPTH_MAX, JsonError, Number, dumps, loads

NAMES = st.text(max_size=8)
LITERALS = st.sampled_from(["1.10", "-0", "1E5", "1e400", "0.1e-9", "-12.50", "123456789012345678901234567890"])
NUMBERS = st.one_of(st.integers().map(str), LITERALS).map(Number)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_every_value_comes_out_as_it_came_in_with_its_own_digits_and_order(value: Any, indent: int | None) -> None:
    text = dumps(value, indent=indent)
    again = loads(text.encode("utf-8", "surrogatepass"))
    assert again == value
    assert dumps(again, indent=indent) == text


@given(VALUES)
def test_what_is_written_is_json_to_everybody_else_too(value: Any) -> None:
    def plain(part: Any) -> Any:
        if isinstance(part, Number):
            return json.loads(part)
        if isinstance(part, dict):
            return {name: plain(child) for name, child in part.items()}
        return [plain(child) for child in part] if isinstance(part, list) else part

    assert json.loads(dumps(value)) == plain(value)


@pytest.mark.parametrize("literal", ["1.10", "-0", "-0.0", "1E5", "1e400", "9" * 5000, "12345678901234567890.5"])
def test_a_number_keeps_its_digits(literal: str) -> None:
    text = f'{{"a": [{literal}]}}'
    assert dumps(loads(text.encode())) == text


@pytest.mark.parametrize("text", ['"é\\u2028"', '"\\ud800"', '"\\u0000"', '"\\\\ \\" /"', '"ሰላም"'])
def test_a_text_keeps_its_letters_even_half_a_surrogate_pair(text: str) -> None:
    assert json.loads(dumps(loads(text.encode()))) == json.loads(text)
    dumps(loads(text.encode())).encode()  # can be written as UTF-8


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b'{"a": SECRET}', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b'{"a": -Infinity}', "not JSON"),
        (b'{"a": 1} {}', "not JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b'{"SECRET": 1, "SECRET": 2}', "a member is given twice"),
        (b'[{"x": {"a": 1, "a": 1}}]', "a member is given twice"),
        (b"[" * 100_000, "nested deeper than 64 levels"),
        (b"[" * 100_000 + b"]" * 100_000, "nested deeper than 64 levels"),
        (b'{"a":' * (DEPTH_MAX + 1) + b"1" + b"}" * (DEPTH_MAX + 1), "nested deeper than 64 levels"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason_and_none_of_its_content(data: bytes, reason: str) -> None:
    with pytest.raises(JsonError) as refused:
        loads(data)
    assert str(refused.value) == reason


def test_the_deepest_that_is_allowed_is_read() -> None:
    data = b"[" * DEPTH_MAX + b"]" * DEPTH_MAX
    assert dumps(loads(data)).encode() == data


def test_a_document_is_written_on_one_line_or_set_in() -> None:
    told = document()
    assert "\n" not in dumps(told)
    assert dumps(told, indent=2) == json.dumps(told, indent=2)
