import csv
import gzip
import shutil
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.agencies_files import ENDINGS, HEADER, LIBRARY, SECRET, TYPES, draft_of, rows, without, write
from tests.agencies_transformer import FILES, PACIFIC
from triage.agencies.columns_file import columns_file, fields_to_review, shown_samples
from triage.agencies.draft import AgencyDraftError, Draft
from triage.agencies.new import Wanted, propose
from triage.agencies.review import Review
from triage.agencies.writing import files_of, write_folder
from triage.rulebook import check
from triage.sources import SourceError, choose_columns, load_columns, read_file, stream

SAN_DIEGO = FILES["san_diego"].parent


def beside(folder: Path) -> Path:
    """A copy of the library, so that the new folder stands beside it as in `config`."""
    return Path(shutil.copytree(LIBRARY, folder / "common"))


def made(folder: Path, *files: Path, zone: str | None = "America/Chicago", codes: tuple[Path, ...] = ()) -> Path:
    library = beside(folder)
    place = folder / "springfield"
    write_folder(propose(Wanted(place, files, library, time_zone=zone, codes=codes)), place, library)
    return place


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_new_folder_loads_and_everything_in_it_is_to_review(tmp_path: Path) -> None:
    folder = made(tmp_path, write(tmp_path / "calls.csv", rows()))
    found = check(folder)

    assert found.policy is not None
    assert [str(problem) for problem in found.problems if problem.severity == "error"] == []
    kinds = {(one.kind, one.name) for one in found.review}
    assert {("call type", name) for name in TYPES} <= kinds
    assert {("priority", level) for level in "123"} <= kinds
    assert {("setting", "name"), ("setting", "switches")} <= kinds
    assert {name for kind, name in kinds if kind == "disposition"} == set(ENDINGS) - {"Arrest"}
    assert found.policy.priorities == {}
    assert all(entry.canonical == "X-REVIEW" for entry in found.policy.call_types if not entry.name.startswith("APCO:"))


def test_call_types_stand_with_their_counts_the_biggest_first(tmp_path: Path) -> None:
    calls = rows()
    found = table(made(tmp_path, write(tmp_path / "calls.csv", calls)) / "call_types.csv")

    counts = [int(row["calls"]) for row in found]
    assert counts == sorted(counts, reverse=True)
    assert {row["call_type"]: int(row["calls"]) for row in found} == {
        name: sum(call[2] == name for call in calls) for name in TYPES
    }
    assert {row["status"] for row in found} == {"review"}
    assert all(row["source"].startswith("proposed (") for row in found)
    assert {row["profile"] + row["presumes"] + row["severity"] for row in found} == {""}


def test_every_row_of_the_file_is_read_and_none_is_left_out_before_somebody_confirms_why(tmp_path: Path) -> None:
    calls = write(tmp_path / "calls.csv", rows())
    folder = made(tmp_path, calls)
    mappings = load_columns(folder / "columns")
    assert choose_columns(HEADER, mappings).name == "calls"
    reading = read_file(calls, mappings, ZoneInfo("America/Chicago"))

    assert reading.rows == 300
    assert reading.unreadable == []
    assert not reading.excluded
    assert len(reading.calls) == 300

    reasons = {"on-view", "cancelled", "duplicate", "test-call"}
    review = Review(folder, "s1042", date(2026, 1, 5))
    assert {item.name for item in review.left if item.name.startswith("exclude.")} == {f"exclude.{r}" for r in reasons}
    for reason in reasons:
        review.accept(review.find(f"exclude.{reason}"))
    reading = read_file(calls, load_columns(folder / "columns"), ZoneInfo("America/Chicago"))
    assert set(reading.excluded) == reasons
    assert len(reading.calls) + reading.excluded.total() == 300
    assert next(iter(stream(reading)))


def test_files_of_one_header_are_one_and_other_headers_are_other_mappings(tmp_path: Path) -> None:
    header, table_ = without(rows(seed=3), "Address")
    files = (
        write(tmp_path / "january.csv", rows(seed=1)),
        write(tmp_path / "february.csv", rows(seed=2)),
        write(tmp_path / "other.csv", table_, header),
    )
    draft = draft_of(*files)

    assert [mapping.sources for mapping in draft.mappings] == [("january.csv", "february.csv"), ("other.csv",)]
    assert [mapping.rows for mapping in draft.mappings] == [600, 300]
    assert sum(one.calls for one in draft.call_types) == 900
    assert len(draft.call_types) == len(TYPES)


def test_two_files_of_one_name_get_two_mappings(tmp_path: Path) -> None:
    header, table_ = without(rows(), "Address")
    (tmp_path / "b").mkdir()
    draft = draft_of(write(tmp_path / "calls.csv", rows()), write(tmp_path / "b" / "calls.csv", table_, header))

    assert [mapping.name for mapping in draft.mappings] == ["calls", "calls_2"]


def test_a_call_type_written_in_two_ways_is_one(tmp_path: Path) -> None:
    calls = [[*row[:2], row[2].lower() if place % 2 else f"  {row[2]} ", *row[3:]] for place, row in enumerate(rows())]
    draft = draft_of(write(tmp_path / "calls.csv", calls))

    assert len(draft.call_types) == len(TYPES)
    assert sum(one.calls for one in draft.call_types) == 300


def test_nothing_that_a_caller_said_and_no_address_stands_anywhere(tmp_path: Path) -> None:
    folder = made(tmp_path, write(tmp_path / "calls.csv", rows()))

    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert SECRET not in text, path.name
            assert "Main Street" not in text, path.name


def test_samples_are_shown_of_codes_that_repeat_and_never_of_private_columns(tmp_path: Path) -> None:
    mapping = draft_of(write(tmp_path / "calls.csv", rows())).mappings[0]
    shown = {one.column.name: shown_samples(one) for one in mapping.columns}

    assert (shown["Remarks"], shown["Address"]) == ((), ())
    assert len(shown["Nature"]) == 3
    assert set(shown["Nature"]) <= set(TYPES)


def test_the_mapping_says_how_sure_it_is_and_what_to_review(tmp_path: Path) -> None:
    header = [f"col_{place}" for place, _ in enumerate(HEADER)]
    mapping = draft_of(write(tmp_path / "calls.csv", rows(), header)).mappings[0]
    text = columns_file(mapping)
    loaded = yaml.safe_load(text)

    assert set(loaded["review"]) == set(fields_to_review(mapping))
    assert "reported_at" in loaded["review"]
    assert "# sure: " in text
    assert "# likely: " in text
    assert max(map(len, text.splitlines())) < 400


def test_a_file_without_ids_gets_them_from_its_rows_and_says_so(tmp_path: Path) -> None:
    header, table_ = without(rows(), "Incident No")
    folder = made(tmp_path, write(tmp_path / "calls.csv", table_, header))
    (mapping,) = load_columns(folder / "columns")

    assert mapping.call_id_from_row == "row-"
    assert "call_id" in mapping.review


def test_code_tables_put_codes_into_words_and_list_codes_that_the_file_does_not_have(tmp_path: Path) -> None:
    code = {name: f"{100 + place}X" for place, name in enumerate(TYPES)}
    calls = write(tmp_path / "calls.csv", [[*row[:2], code[row[2]], *row[3:]] for row in rows()])
    words = tmp_path / "codes.csv"
    words.write_text("code,meaning\n" + "".join(f"{one},{name}\n" for name, one in code.items()) + "999Z,GRAFFITI\n")
    stray = tmp_path / "stray.csv"
    stray.write_text("colour,meaning\nblue,the colour of the sky\nred,the colour of blood\n")
    draft = draft_of(calls, codes=(words, stray))
    found = {one.name: one for one in draft.call_types}

    assert found["101X"].description == "BURGLARY"
    assert found["101X"].proposal.canonical == "BURGLARY"
    assert (found["999Z"].calls, found["999Z"].proposal.canonical) == (0, "X-GRAFFITI")
    assert draft.notes == ("The code table `stray.csv` fits no column, so it says nothing.",)


def test_a_code_that_the_library_closes_calls_with_is_the_librarys(tmp_path: Path) -> None:
    calls = [[*row[:6], {"Arrest": "arrest"}.get(row[6], row[6]), *row[7:]] for row in rows()]
    folder = made(tmp_path, write(tmp_path / "calls.csv", calls))

    assert "arrest" not in {row["code"] for row in table(folder / "dispositions.csv")}
    assert check(folder).policy is not None


def test_offsets_give_the_zone_and_say_that_nobody_confirmed_it(tmp_path: Path) -> None:
    calls = rows(300, ("%Y-%m-%dT%H:%M:%S-05:00", "%Y-%m-%dT%H:%M:%S-04:00"))
    draft = draft_of(write(tmp_path / "calls.csv", calls), zone=None)

    assert draft.time_zone == "America/New_York"
    assert "time_zone" in draft.review


def test_one_file_with_offsets_does_not_say_the_zone_of_another(tmp_path: Path) -> None:
    header, table_ = without(rows(), "Address")
    offsets = write(tmp_path / "a.csv", rows(300, ("%Y-%m-%dT%H:%M:%S-05:00", "%Y-%m-%dT%H:%M:%S-04:00")))

    with pytest.raises(AgencyDraftError, match="the files do not say which time zone"):
        draft_of(offsets, write(tmp_path / "b.csv", table_, header), zone=None)


@pytest.mark.parametrize("text", ["%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S-05:00"])
def test_times_that_leave_the_zone_open_want_it_named(tmp_path: Path, text: str) -> None:
    calls = write(tmp_path / "calls.csv", rows(300, (text,)))

    with pytest.raises(AgencyDraftError, match="add --time-zone ZONE, for example: America/New_York"):
        draft_of(calls, zone=None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"Received": "1704067200"}, "`Received` seems to hold seconds since 1970, which are not read"),
        ({"Received": "soon"}, "it lacks a column with the time of each call; it has `Incident No`"),
        ({"Nature": None}, "it lacks a column with the type of each call (names or codes that repeat)"),
    ],
)
def test_what_is_no_call_file_is_refused_with_what_it_lacks(
    tmp_path: Path, change: dict[str, str | None], says: str
) -> None:
    if "Received" in change:
        header, found = list(HEADER), rows(300, (str(change["Received"]),))
    else:
        header, found = without(rows(), "Nature", "Remarks")
    calls = write(tmp_path / "calls.csv", found, header)

    with pytest.raises(AgencyDraftError) as refused:
        draft_of(calls)
    assert "`calls.csv` is no file of calls" in str(refused.value)
    assert says in str(refused.value)


def test_years_of_two_digits_are_read_and_never_sure(tmp_path: Path) -> None:
    calls = write(tmp_path / "calls.csv", rows(300, ("%m/%d/%y %H:%M",)))
    folder = made(tmp_path, calls)
    (columns,) = load_columns(folder / "columns")
    assert columns.times.formats == ("%m/%d/%y %H:%M",)
    assert {"reported_at", "times"} <= set(columns.review)
    reading = read_file(calls, (columns,), ZoneInfo("America/Chicago"))
    assert (reading.rows, reading.unreadable) == (300, [])
    assert {report[0].year for report, *_ in reading.calls} <= {2023, 2024, 2025, 2026}


def test_files_without_a_table_of_calls_are_refused(tmp_path: Path) -> None:
    for name, content, says in (
        ("header.csv", b"Incident No,Received,Nature\n", "has a header and no rows that can be read below it"),
        ("latin.csv", b"Incident No,Received,Nature\n" + b"1,2,caf\xe9\n" * 9, "(9 rows: not UTF-8)"),
        ("empty.csv", b"", "is empty"),
        ("two.csv", b"a,b\n1,2\n", "its header has 2 columns"),
        ("wide.csv", (",".join(f"c{n}" for n in range(500)) + "\n").encode() * 2, "500 columns"),
        ("notes.ndjson", b'{"call_id": "1"}\n', "and no table"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises((AgencyDraftError, SourceError)) as refused:
            draft_of(path)
        assert says in str(refused.value)
    with pytest.raises(AgencyDraftError, match="no call file given"):
        propose(Wanted(tmp_path / "x", (), LIBRARY))


def test_a_column_name_that_stands_twice_is_not_read(tmp_path: Path) -> None:
    calls = write(tmp_path / "calls.csv", [[*row, "x", "y"] for row in rows()], [*HEADER, "Unit", "unit"])
    mapping = draft_of(calls).mappings[0]

    assert {"Unit", "unit"}.isdisjoint(one.column.name for one in mapping.columns)
    assert "Columns without a name of their own in the header are not read: `Unit`, `unit`." in mapping.notes


def test_names_that_no_table_can_hold_are_left_out(tmp_path: Path) -> None:
    calls = rows()
    odd = [[*row[:2], f"{row[2]}\x07" if place % 9 else "X" * 300, *row[3:]] for place, row in enumerate(calls)]
    with pytest.raises(AgencyDraftError, match="no call type can be listed"):
        draft_of(write(tmp_path / "odd.csv", odd))

    mixed = [[*row[:2], row[2] if place % 3 else "BELL\x07", *row[3:]] for place, row in enumerate(calls)]
    draft = draft_of(write(tmp_path / "mixed.csv", mixed))
    assert {one.name for one in draft.call_types} == set(TYPES)


@pytest.mark.parametrize(
    "word", ['"quoted", x', "# no", "{a: b}", "- x", "yes", "null", "a: b", "'", "é\u00a0ü", "1e3"]
)
def test_words_that_mean_something_in_yaml_or_csv_come_back_whole(tmp_path: Path, word: str) -> None:
    calls = [[*row[:2], f"{row[2]} {word}", *row[3:6], f"{row[6]} {word}", *row[7:]] for row in rows()]
    header = [f"{name} {word}" for name in HEADER]
    folder = made(tmp_path, write(tmp_path / "calls.csv", calls, header))
    (mapping,) = load_columns(folder / "columns")

    assert mapping.columns.call_type == f"Nature {word}"
    assert {row["call_type"].split()[0] for row in table(folder / "call_types.csv")} == {
        one.split()[0] for one in TYPES
    }


def test_only_an_empty_place_is_taken(tmp_path: Path) -> None:
    calls = write(tmp_path / "calls.csv", rows())
    library = beside(tmp_path)
    draft = draft_of(calls)
    full, file, link, empty = (tmp_path / name for name in ("full", "file", "link", "empty"))
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    file.write_text("mine")
    empty.mkdir()
    link.symlink_to(empty)

    for place, says in ((full, "not empty"), (file, "is no folder"), (link, "is no folder")):
        with pytest.raises(AgencyDraftError, match=says):
            write_folder(draft, place, library)
    assert (full / "mine.txt").read_text() == "mine"
    write_folder(draft, empty, library)
    assert (empty / "agency.yaml").is_file()


def test_a_folder_that_would_not_load_is_not_written(tmp_path: Path) -> None:
    library = beside(tmp_path)
    draft = draft_of(write(tmp_path / "calls.csv", rows()))._replace(time_zone="Mars/Olympus")
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(AgencyDraftError, match=r"would not load, so nothing is written: agency\.yaml"):
        write_folder(draft, tmp_path / "springfield", library)
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "something was left behind"


def test_every_file_of_the_library_is_included(tmp_path: Path) -> None:
    draft: Draft = draft_of(write(tmp_path / "calls.csv", rows()))
    text = yaml.safe_load(files_of(draft, "../common")["agency.yaml"])

    names = {
        path.relative_to(LIBRARY).with_suffix("").as_posix() for path in LIBRARY.rglob("*.*") if path.suffix != ".md"
    }
    assert set(text["include"]) == names
    assert set(text["switches"]) == {"dumping-to-311", "parking-to-enforcement", "police-on-request"}


@pytest.mark.published_data
def test_san_diegos_own_code_tables_are_used(tmp_path: Path) -> None:
    codes = (SAN_DIEGO / "call_types.csv", SAN_DIEGO / "disposition_codes.csv")
    folder = made(tmp_path, FILES["san_diego"], zone=PACIFIC, codes=codes)
    types = {row["call_type"]: row for row in table(folder / "call_types.csv")}
    endings = {row["code"]: row for row in table(folder / "dispositions.csv")}

    assert (types["CW"]["description"], types["CW"]["canonical"]) == ("CHECK THE WELFARE", "WELFARE")
    assert endings["K"]["outcome"] == "no_authority"
    assert endings["A"]["outcome"] == "authority"
    assert check(folder).policy is not None


@pytest.mark.published_data
def test_tables_of_counts_are_no_call_files() -> None:
    for name in ("final_call_types_2019.csv", "initial_call_types_2019.csv"):
        with pytest.raises(AgencyDraftError, match="it lacks a column with the time of each call"):
            draft_of(FILES["seattle"].parents[1] / "seattle_2019_tallies" / name)


def test_a_packed_file_and_tabs_are_read_as_they_are(tmp_path: Path) -> None:
    plain = write(tmp_path / "calls.csv", rows())
    packed = tmp_path / "packed.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    tabs = tmp_path / "calls.tsv"
    tabs.write_text("\n".join("\t".join(row) for row in (HEADER, *rows())))

    expected = [(one.column.name, one.role) for one in draft_of(plain).mappings[0].columns]
    for path in (packed, tabs):
        assert [(one.column.name, one.role) for one in draft_of(path).mappings[0].columns] == expected
