"""The published schema of a report, against an independent judge of schemas and the reader that it describes."""

import io
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.cli_calls import ROOT, SEATTLE, triage
from tests.docs_examples import blocks
from triage.domain.facts import FACTS
from triage.domain.report import Report, Unreadable
from triage.schemas import SCHEMAS, report_schema, schema_text
from triage.sources import CallClosed, read_lines
from triage.sources.unreadable import CLEARED_TOO_EARLY

SCHEMA: Final = Draft202012Validator(report_schema())
SAID: Final = {"call_id": "A1", "reported_at": "2024-01-02T03:04:05Z", "call_type": "NOISE"}
DOCUMENTS: Final = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")))
TEXTS: Final = ("call_type", "priority", "channel", "precinct", "sector", "beat")


def why_not(line: str | bytes) -> str | None:
    """Why our reader refuses a line; None if it reads it."""
    data = line.encode() if isinstance(line, str) else line
    items = [item for item in read_lines(io.BufferedReader(io.BytesIO(data))) if not isinstance(item, CallClosed)]
    assert len(items) == 1
    return items[0].reason if isinstance(items[0], Unreadable) else None


def is_read(document: object) -> bool:
    return why_not(json.dumps(document)) is None


def is_valid(document: object) -> bool:
    return SCHEMA.is_valid(document)


def said(**changes: object) -> dict[str, object]:
    return SAID | changes


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_file_is_what_the_code_says_now(name: str) -> None:
    published = ROOT / "docs" / "schemas" / f"{name}.schema.json"
    assert published.read_text(encoding="utf-8") == schema_text(name), "run `make docs`"


def test_nothing_else_is_published() -> None:
    published = {path.name for path in (ROOT / "docs" / "schemas").iterdir()}
    assert published == {f"{name}.schema.json" for name in SCHEMAS}


def test_its_own_examples_are_valid_and_read() -> None:
    for example in report_schema()["examples"]:
        assert (is_valid(example), is_read(example)) == (True, True)


def examples_of(document: Path) -> list[str]:
    """Every report that a document writes out: a line of NDJSON, or one that is echoed to a command."""
    lines = [line for block in blocks(document) for line in block.text.splitlines()]
    return [found for line in lines for found in re.findall(r"""(?:^|')(\{"call_id".*\})(?:$|')""", line.strip())]


def test_every_report_in_the_documentation_is_valid() -> None:
    found = [(path, line) for path in DOCUMENTS for line in examples_of(path)]
    assert len({path for path, _ in found}) >= 2, "the reference and the recipes show reports"
    for path, line in found:
        errors = [error.message for error in SCHEMA.iter_errors(json.loads(line))]
        assert errors == [], f"{path.name}: {line}"


def test_every_field_and_every_fact_is_told_in_words() -> None:
    schema = report_schema()
    assert list(schema["properties"]) == list(Report.model_fields)
    assert list(schema["$defs"]["facts"]["properties"]) == list(FACTS)
    told = [*schema["properties"].values(), *schema["$defs"]["facts"]["properties"].values()]
    assert min(len(value["description"]) for value in told) > 20


def test_the_schema_holds_nothing_that_only_we_need() -> None:
    text = schema_text("report")
    assert "ordered" not in text
    assert '"default"' not in text


@pytest.mark.parametrize("year", range(1985, 2106))
def test_the_schema_takes_the_years_that_the_reader_takes(year: int) -> None:
    document = said(reported_at=f"{year}-07-01T12:00:00-08:00")
    assert is_valid(document) == is_read(document) == (1990 <= year <= 2100)


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("place", ["{}A", "A{}B", "B{}", "{}"])
def test_the_schema_takes_the_characters_that_the_reader_takes(field: str, place: str) -> None:
    odd = {*range(0x180), *range(0x1680, 0x1690), *range(0x2000, 0x2070), 0x3000, 0xFEFF, 0x1F600, 0xE0001}
    for number in odd:
        document = said(**{field: place.format(chr(number))})
        assert is_valid(document) == is_read(document), f"U+{number:04X} in `{place}`"


@pytest.mark.parametrize("field", ["call_type", "priority"])
@pytest.mark.parametrize("length", [0, 1, 199, 200, 201])
@pytest.mark.parametrize("blanks", ["", " ", " \u00a0\t"])
def test_blanks_around_a_text_do_not_count(field: str, length: int, blanks: str) -> None:
    document = said(**{field: blanks + "A" * length + blanks})
    assert is_valid(document) == is_read(document) == (1 <= length <= 200)


@pytest.mark.parametrize("length", [0, 20_000, 20_001])
def test_a_narrative_has_the_same_limit(length: int) -> None:
    document = said(narrative="\U0001f600" * length)
    assert is_valid(document) == is_read(document) == (length <= 20_000)


odd_values = st.sampled_from([None, True, False, 0, 1, 2.5, "", " ", "A", [], ["A"], {}, {"A": 1}])
no_numbers = st.sampled_from([None, True, False, "", " ", "A", [], ["A"], {}, {"A": 1}])
ids = st.from_regex(r"[A-Za-z0-9._:/#\- \n=é]{0,66}", fullmatch=True)
texts = st.text(st.sampled_from(" \t\n\x00\x1f\x7f\x85\xa0\u2028\u202e\ufeff=@+-Aaé\U0001f600"), max_size=6)
clocks = st.tuples(
    st.sampled_from(["1989", "1990", "2024", "2100", "2101", "24"]),
    st.sampled_from(["-01-", "-12-", "-13-", "-00-", "-1-", "/01/"]),
    st.sampled_from(["00", "01", "28", "32", "1"]),
    st.sampled_from(["T", "", "TT"]),
    st.sampled_from(["00:00:00", "23:59:59", "24:00:00", "12:60:00", "12:00:60", "1:00:00", "12"]),
    st.sampled_from(["", ".5", ".123456", ".1234567", ".", ".5.5"]),
    st.sampled_from(["Z", "+00:00", "-08:00", "+23:59", "+24:00", "-08:60", "", "+08", " Z", "Z\n"]),
).map("".join)
values_of_facts: dict[str, st.SearchStrategy[Any]] = {
    name: st.sampled_from([*spec.values, None, "sometimes", 2, [], {}])
    if spec.values
    else st.sampled_from(["NOISE", "X-ODD", "N", "noise", "N\n", "", None, 1, "A" * 17])
    for name, spec in FACTS.items()
}
facts = st.fixed_dictionaries({}, optional=values_of_facts) | odd_values
closings = st.fixed_dictionaries(
    {},
    optional={
        "cleared_at": clocks | st.just("2100-12-31T00:00:00Z") | no_numbers,
        "disposition": texts | odd_values,
        "final_call_type": texts | odd_values,
        "by": st.just("x"),
    },
)
mutated = st.fixed_dictionaries(
    {},
    optional={
        "call_id": ids | odd_values,
        "reported_at": clocks | no_numbers,
        **dict.fromkeys(TEXTS, texts | odd_values),
        "facts": facts,
        "narrative": texts | odd_values,
        "closing": closings | odd_values,
        "Priority": st.just("3"),
    },
)


@given(mutated, st.sets(st.sampled_from(sorted(SAID)), max_size=1))
@settings(max_examples=1500)
def test_what_the_schema_accepts_is_read_and_what_it_refuses_is_not(
    changes: dict[str, Any], left_out: set[str]
) -> None:
    document = {name: value for name, value in said(**changes).items() if name not in left_out}
    reason = why_not(json.dumps(document))
    if reason != CLEARED_TOO_EARLY:
        assert is_valid(document) == (reason is None), reason


@given(mutated)
@settings(max_examples=500)
def test_a_report_of_one_changed_field_is_judged_alike(changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        reason = why_not(json.dumps(said(**{name: value})))
        if reason != CLEARED_TOO_EARLY:
            assert is_valid(said(**{name: value})) == (reason is None), reason


@pytest.mark.parametrize("document", [7, "A1", [], None, True])
def test_a_line_that_is_no_object_is_no_report(document: object) -> None:
    assert (is_valid(document), is_read(document)) == (False, False)


def test_that_a_closing_comes_after_its_report_is_beyond_a_schema() -> None:
    document = said(closing={"cleared_at": "2024-01-02T03:04:04Z"})
    assert (is_valid(document), why_not(json.dumps(document))) == (True, CLEARED_TOO_EARLY)


@pytest.mark.parametrize("day", ["2024-02-30", "2023-02-29", "2024-04-31"])
def test_that_a_month_has_such_a_day_is_beyond_a_pattern(day: str) -> None:
    document = said(reported_at=f"{day}T00:00:00Z")
    assert (is_valid(document), is_read(document)) == (True, False)


def test_the_form_of_a_line_is_beyond_a_schema() -> None:
    surrogate = json.dumps(said(call_type="\ud83d"))
    assert (is_valid(json.loads(surrogate)), why_not(surrogate)) == (True, "not JSON")
    long = json.dumps(said(narrative="n")) + " " * 1024 * 1024
    assert (is_valid(json.loads(long)), why_not(long)) == (True, "line over 1 MiB")
    latin = json.dumps(said(call_type="é"), ensure_ascii=False).encode("latin-1")
    assert why_not(latin) == "not UTF-8"


@pytest.mark.parametrize(
    "time",
    [
        1704164645,
        1704164645.25,
        1704164645000,
        "1704164645",
        "2024-01-02 03:04:05Z",
        "2024-01-02_03:04:05Z",
        "2024-01-02t03:04:05Z",
        "2024-01-02T03:04:05z",
        "2024-01-02T03:04Z",
        "2024-01-02T03:04:05,5Z",
        "2024-01-02T03:04:05-0800",
        "2024-01-02T03:04:05\N{MINUS SIGN}08:00",
    ],
)
def test_other_forms_of_a_time_are_read_but_not_promised(time: object) -> None:
    assert (is_valid(said(reported_at=time)), is_read(said(reported_at=time))) == (False, True)


@pytest.mark.parametrize("answer", [0, 1, "0", "1", "yes", "No", "y", "n", "on", "off", "t", "f", "true", "FALSE"])
def test_other_forms_of_yes_and_no_are_read_but_not_promised(answer: object) -> None:
    document = said(facts={"weapon": answer})
    assert (is_valid(document), is_read(document)) == (False, True)


def test_every_call_type_of_seattles_table_can_be_reported() -> None:
    names = [line.split(",")[0].strip('"') for line in (SEATTLE / "call_types.csv").read_text().splitlines()[1:]]
    refused = [name for name in names if not is_valid(said(call_type=name))]
    assert refused == [name for name in names if not is_read(said(call_type=name))] == []


def test_the_schema_can_be_printed() -> None:
    for words in (("schema", "report"), ("schema", "report", "--json")):
        typed = triage(*words)
        assert (typed.code, typed.out, typed.err) == (0, schema_text("report"), "")


def test_a_schema_that_there_is_not_is_refused_with_the_nearest() -> None:
    typed = triage("schema", "reprot")
    assert typed.code == 2
    assert "did you mean `schema report`?" in typed.err
