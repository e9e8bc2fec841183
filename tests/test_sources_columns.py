"""Column mappings: how a header finds its mapping, and what is said about a mapping that is wrong."""

import io
from pathlib import Path

import pytest

from tests.source_examples import COLUMNS, HEADER, ROOT, ZONE, arrived, read, row, short, wrong
from triage.sources import (
    Columns,
    ColumnsError,
    SourceError,
    UnknownHeaderError,
    choose_columns,
    load_columns,
    read_file,
    read_stream,
)

SEATTLE = ROOT / "config" / "seattle" / "columns"
MODERN = [
    "CAD Event Number",
    "CAD Event Clearance Description",
    "Call Type",
    "Priority",
    "Initial Call Type",
    "Final Call Type",
    "CAD Event Original Time Queued",
    "CAD Event Arrived Time",
    "Dispatch Precinct",
    "Dispatch Sector",
    "Dispatch Beat",
    "CAD Event Response Category",
    "Call Sign Dispatch ID",
    "Call Sign In-Service Time",
    "Last SPD Call Sign In-Service Time",
    "Call Type Indicator",
]


def mapping(**changes: object) -> Columns:
    """A small mapping: an id, a time and a type."""
    small: dict[str, object] = {
        "name": "small",
        "source": "a test",
        "columns": {"call_id": "id", "reported_at": "time", "call_type": "type"},
        "times": {"formats": ["%Y-%m-%d %H:%M"]},
    }
    return Columns.model_validate(small | changes)


def wrong_file(tmp_path: Path, old: str, new: str) -> str:
    """What is said about Seattle's 2018 mapping with one thing changed."""
    text = (SEATTLE / "call_data_2018.yaml").read_text()
    assert old in text
    (tmp_path / "x.yaml").write_text(text.replace(old, new, 1))
    with pytest.raises(ColumnsError) as refused:
        load_columns(tmp_path)
    return str(refused.value)


def test_seattle_has_a_mapping_for_each_of_its_headers() -> None:
    assert [columns.name for columns in COLUMNS] == [
        "call_data_2018",
        "call_data_modern",
        "disorder_sample",
        "terry_stops",
    ]


def test_a_header_finds_its_mapping() -> None:
    assert choose_columns(HEADER.split(","), COLUMNS).name == "call_data_2018"
    assert choose_columns(MODERN, COLUMNS).name == "call_data_modern"


def test_case_and_punctuation_of_a_header_do_not_matter() -> None:
    snake = [name.lower().replace(" ", "_").replace("-", "_") for name in MODERN]
    assert choose_columns(snake, COLUMNS).name == "call_data_modern"


def test_of_two_mappings_that_fit_the_one_that_uses_more_columns_is_taken() -> None:
    more = mapping(
        name="zealous", columns={"call_id": "id", "reported_at": "time", "call_type": "type", "beat": "beat"}
    )
    assert choose_columns(["id", "time", "type", "beat"], [mapping(), more]).name == "zealous"
    assert choose_columns(["id", "time", "type"], [more, mapping()]).name == "small"  # as many: the first by name


def test_an_optional_column_may_be_absent() -> None:
    header = [name for name in MODERN if name not in {"Dispatch Beat", "Call Type Indicator"}]
    assert choose_columns(header, COLUMNS).name == "call_data_modern"


def test_a_column_by_which_rows_are_excluded_may_not_be_absent() -> None:
    with pytest.raises(UnknownHeaderError) as refused:
        choose_columns([name for name in MODERN if name != "Call Type"], COLUMNS)
    assert refused.value.nearest == "call_data_modern"
    assert refused.value.missing == ("Call Type",)


def test_a_header_that_nothing_fits_is_told_what_came_nearest() -> None:
    with pytest.raises(UnknownHeaderError) as refused:
        choose_columns(["Initial Call Type", "Precinct", "count"], COLUMNS, source="tally.csv")
    assert str(refused.value).startswith(
        "no column mapping fits the header of `tally.csv`: nearest is `call_data_2018`, which misses"
        " `CAD Event Number`, `Original Time Queued`"
    )


def test_a_mapping_can_be_named() -> None:
    assert choose_columns(["id", "time", "type"], [*COLUMNS, mapping()], name="small").name == "small"


def test_a_named_mapping_must_fit() -> None:
    with pytest.raises(UnknownHeaderError) as refused:
        choose_columns(HEADER.split(","), COLUMNS, name="terry_stops")
    assert refused.value.missing == ("reported_date",)


def test_a_name_that_no_mapping_has_is_answered_with_the_nearest() -> None:
    with pytest.raises(
        SourceError, match=r"no column mapping is called `call_data_2108`; did you mean `call_data_2018`"
    ):
        choose_columns(HEADER.split(","), COLUMNS, name="call_data_2108")


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(SourceError, match="has the column `Beat` more than once"):
        read(row() + ",C3", header=HEADER + ",beat")


def test_a_column_that_is_not_used_may_stand_twice() -> None:
    assert read(row() + ",x,y", header=HEADER + ",Extra,extra").rows == 1


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "  beat: Beat",
            "  baet: Beat",
            "x.yaml:16: columns.baet: unknown field; did you mean `beat`? valid: call_id, ",
        ),
        ("name: call", "nmae: call", "x.yaml:3: nmae: unknown field; did you mean `name`? valid: name, "),
        ("field: channel", "field: chanel", "x.yaml:28: exclude.0.field: input should be 'call_type', "),
        ("reason: broadcast", "reason: Broad Cast", "x.yaml:31: exclude.3.reason: string should match pattern"),
        ("  beat: Beat", "  sector: Beat", "x.yaml:16: sector: given twice"),
        ("%m/%d/%Y", "%m/%q/%Y", "x.yaml:23: times.formats: `%q` is not known in a time format; known: %Y"),
        ("%m/%d/%Y", "%d/%Y", "x.yaml:23: times.formats: `%d/%Y %I:%M:%S %p` needs one year, one month and one day"),
        (" %p", "", "x.yaml:23: times.formats: `%m/%d/%Y %I:%M:%S` needs `%H` alone or `%I` with `%p`"),
        (
            '"%Y-%m-%d %H:%M:%S"',
            '"%d/%m/%Y %I:%M:%S %p"',
            "x.yaml:23: times.formats: `%m/%d/%Y %I:%M:%S %p` and `%d/%m/%Y %I:%M:%S %p` can read one text in two ways",
        ),
        (
            "times:\n",
            "times:\n  zone: America/Los_Angelos\n",
            "x.yaml:23: times.zone: no time zone `America/Los_Angelos`; did you mean `America/Los_Angeles`?",
        ),
        ("times:\n", "review: [beet]\ntimes:\n", "x.yaml:22: review: no `beet` can be under review; did you "),
        ("times:\n", "review: [exclude.test]\ntimes:\n", "x.yaml:22: review: no `exclude.test` can be under review; "),
        ("  call_id: CAD Event Number\n", "", "x.yaml:3: give either `columns.call_id` or `call_id_from_row`"),
        ("missing: [", "missing: [NO, ", "x.yaml:25: missing.0: input should be a valid string"),
        ("missing: [", "constants: {beat: C3}\nmissing: [", "x.yaml:3: `beat` is both a column and a constant"),
        ("  channel: Call Type\n", "", "x.yaml:3: `exclude` looks at `channel`, which has no column"),
        ("{field: channel,", "{field: channel, column: X,", "x.yaml:28: exclude.0: an exclusion looks at one"),
        ("name: call", "name: [call", "x.yaml:4: not valid YAML: "),
    ],
)
def test_a_wrong_mapping_is_named_by_file_line_and_field(tmp_path: Path, old: str, new: str, said: str) -> None:
    message = wrong_file(tmp_path, old, new)
    assert message.startswith(said), message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "x.yaml:1: must be a table of fields"),
        (b"- 1\n", "x.yaml:1: must be a table of fields"),
        (b"a: &a [*a]", "x.yaml:1: a: unknown field"),
        (b"\xff\xfe", "x.yaml: not UTF-8"),
        (b"[" * 5000, "x.yaml: not valid YAML"),
        (b"a: 2024-13-45", "x.yaml: not valid YAML"),
        (b"#" * 2_000_000, "x.yaml: larger than 1048576 bytes"),
    ],
    ids=short,
)
def test_a_file_that_is_no_mapping_is_refused_by_name(tmp_path: Path, text: bytes, said: str) -> None:
    (tmp_path / "x.yaml").write_bytes(text)
    with pytest.raises(ColumnsError) as refused:
        load_columns(tmp_path)
    assert str(refused.value).startswith(said)


def test_a_file_of_a_few_lines_that_unfolds_to_millions_is_refused_at_once(tmp_path: Path) -> None:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    lines += [
        f"{one}: &{one} [{','.join([f'*{before}'] * 10)}]"
        for before, one in zip("abcdefghij", "bcdefghijk", strict=True)
    ]
    text = (SEATTLE / "call_data_2018.yaml").read_text().replace('missing: [""', "missing: [*k")
    (tmp_path / "x.yaml").write_text("\n".join([*lines, text]))
    with pytest.raises(ColumnsError, match=r"x\.yaml:1: a: unknown field"):
        load_columns(tmp_path)


def test_two_mappings_may_not_have_one_name(tmp_path: Path) -> None:
    text = (SEATTLE / "call_data_2018.yaml").read_text()
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(text)
    with pytest.raises(ColumnsError, match=r"b\.yaml: name: `call_data_2018` is the name of `a.yaml` too"):
        load_columns(tmp_path)


def test_a_folder_without_mappings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsError, match="no column mapping"):
        load_columns(tmp_path / "nowhere")


def test_every_assumption_in_a_mapping_is_marked() -> None:
    for columns in COLUMNS:
        assert any(note.startswith("assumption:") for note in columns.notes), columns.name


def test_a_file_is_read_by_the_mapping_that_is_named(tmp_path: Path) -> None:
    path = tmp_path / "small.csv"
    path.write_text("id,time,type\nA1,2024-01-02 03:04,NOISE\n")
    reading = read_file(path, [*COLUMNS, mapping()], ZONE, name="small")
    assert reading.rows == len(reading.calls) == 1


def test_a_field_that_nobody_has_confirmed_is_read_all_the_same() -> None:
    columns = mapping(review=["call_type", "reported_at"])
    assert columns.review == ("call_type", "reported_at")
    assert choose_columns(["id", "time", "type"], [columns]) is columns


def test_a_list_for_review_of_which_the_last_line_was_taken_away_is_empty(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text((SEATTLE / "call_data_2018.yaml").read_text() + "\nreview:\n")
    (columns,) = load_columns(tmp_path)
    assert columns.review == ()


def reported_at(columns: Columns, time: str) -> str:
    """When a call of this mapping was reported."""
    data = f"id,time,type\nA,{time},NOISE\n".encode()
    (item,) = arrived(read_stream(io.BufferedReader(io.BytesIO(data)), [columns], ZONE))
    return item.report.reported_at.isoformat()


def test_a_file_may_have_a_time_zone_of_its_own() -> None:
    assert reported_at(mapping(), "2024-05-30 12:00") == "2024-05-30T19:00:00+00:00"
    eastern = mapping(times={"formats": ["%Y-%m-%d %H:%M"], "zone": "America/New_York"})
    assert reported_at(eastern, "2024-05-30 12:00") == "2024-05-30T16:00:00+00:00"


def test_a_file_may_have_written_its_local_clock_down_as_utc() -> None:
    columns = mapping(times={"formats": ["%Y-%m-%d %H:%M"], "utc_is_local": True})
    assert reported_at(columns, "2024-05-30T05:00:00-07:00") == "2024-05-30T19:00:00+00:00"
    assert reported_at(columns, "2024-05-30 12:00") == "2024-05-30T19:00:00+00:00"


def test_days_before_months_are_unreadable_where_the_mapping_says_otherwise_and_none_is_lost() -> None:
    reading = read(row(call_id="A", reported_at="13/05/2024 8:00:00 PM"), row(reported_at="05/13/2024 8:00:00 PM"))
    assert wrong(reading) == [(2, "Original Time Queued", "not a time in any known format")]
    assert len(reading.calls) == 1
    assert reading.rows == 2
