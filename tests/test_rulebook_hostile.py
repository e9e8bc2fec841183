"""Whatever stands in a folder, it loads or is refused with lines that a person can act on; it never breaks."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rulebook_folder import CITY, COMMON, FILES, write
from triage.rulebook import Checked, RulebookError, check, load
from triage.rulebook.loading import check_files

OVERRIDES = """\
- {rule: parking-elsewhere, reason: No., source: assumption, off: true}
- rule: cso-if-noise
  reason: Noise can wait.
  source: assumption
  change:
    wait_minutes: 240
    when: {nature: [NOISE], weapon: [false], violence: [false]}
    examples:
      - {given: {nature: NOISE, weapon: false, violence: false}, matches: true}
      - {given: {nature: PARKING}, matches: false}
      - {given: {nature: NOISE}, matches: null}
"""
TYPES = """\
call_type,canonical,fidelity,profile,presumes,severity,likelihood,status,calls,source
LOUD PARTY,NOISE,close,,,,,review,7,assumption
NOISE,NOISE,exact,,weapon=? juvenile=yes,grave,,,,assumption
"""
SOUND: Mapping[str, bytes] = {name: text.encode() for name, text in FILES.items()}
SHARED: Mapping[str, bytes] = {
    **{name: text for name, text in SOUND.items() if name not in CITY},
    **{name: text.encode() for name, text in CITY.items() if text is not None},
    **{f"../common/{name}": text.encode() for name, text in COMMON.items()},
    "overrides.yaml": OVERRIDES.encode(),
    "call_types.csv": TYPES.encode(),
    "columns/calls.yaml": b"name: x\ncolumns: {call_id: Id}\nreview:\n  - call_id\n",
}
"""The same on a library, with overrides and rows under review."""
BYTES = b"|\0|\n|\r|\t|  |\xff|\xef\xbb\xbf|- |: |{|}|[|]|\"|'|,|>\n|&a |*a|!!x |---\n|%YAML 1.1\n|# |? |`|<<".split(
    b"|"
)
WORDS = (
    "null",
    "true",
    "no",
    "~",
    "10:30",
    "911",
    "1e999",
    ".inf",
    "=",
    "...",
    "\u2028",
    "\u202e",
    "é",
    '"\\ud800"',
    '"\\0"',
)
TABLES = ("call_types.csv", "dispositions.csv")
PIECES = (*BYTES, *map(str.encode, WORDS), b"x" * 700, b"9" * 5000)


def assert_told(checked: Checked) -> None:
    """Either there is a policy, or every reason why not is one printable line that names a file of the folder."""
    errors = [problem for problem in checked.problems if problem.severity == "error"]
    assert (checked.policy is None) == bool(errors)
    for problem in checked.problems:
        assert problem.file in (*SOUND, *SHARED, "rules")
        assert str(problem).isprintable()
        assert len(problem.message) < 300
        assert (problem.line or 1) >= 1


def edits(data: bytes) -> st.SearchStrategy[bytes]:
    """`data` with a few pieces cut out, put in or moved elsewhere."""
    place = st.integers(0, len(data))
    edit = st.tuples(place, st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=6) | place)

    def apply(changes: list[tuple[int, int, bytes | int]]) -> bytes:
        text = data
        for at, cut, new in changes:
            text = text[:at] + (data[new : new + 20] if isinstance(new, int) else new) + text[at + cut :]
        return text

    return st.lists(edit, min_size=1, max_size=4).map(apply)


@pytest.mark.parametrize("name", FILES)
def test_random_edits_of_a_sound_file_load_or_are_told(name: str) -> None:
    @settings(max_examples=50, deadline=None, database=None)
    @given(data=edits(SOUND[name]))
    def holds(data: bytes) -> None:
        assert_told(check_files({**SOUND, name: data}, []))

    holds()


def test_the_folder_on_a_library_is_sound() -> None:
    checked = check_files(SHARED, [])
    assert (checked.problems, len(checked.review)) == ((), 2)
    assert checked.policy is not None


@pytest.mark.parametrize("name", [name for name in SHARED if name not in FILES or name in CITY or name in TABLES])
def test_random_edits_of_a_sound_library_load_or_are_told(name: str) -> None:
    @settings(max_examples=40, deadline=None, database=None)
    @given(data=edits(SHARED[name]))
    def holds(data: bytes) -> None:
        assert_told(check_files({**SHARED, name: data}, []))

    holds()


@pytest.mark.parametrize("name", sorted(SHARED))
def test_a_file_that_is_gone_is_missing_unless_nothing_needs_it(tmp_path: Path, name: str) -> None:
    for other, data in SHARED.items():
        path = tmp_path / "city" / other
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "city" / name).unlink()
    checked = check(tmp_path / "city")
    assert_told(checked)
    spare = {"overrides.yaml", "columns/calls.yaml", "dispositions.csv"}
    assert (checked.policy is not None) == (name in spare)


@pytest.mark.parametrize("name", FILES)
def test_random_bytes_are_told(name: str) -> None:
    @settings(max_examples=15, deadline=None, database=None)
    @given(data=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def holds(data: bytes) -> None:
        assert_told(check_files({**SOUND, name: data}, []))

    holds()


YAML = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["weapon", "nature"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "when", "weapon"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".yaml")])
def test_any_shape_in_the_place_of_any_field_is_told(name: str) -> None:
    words = sorted({word.strip("- {:,") for word in FILES[name].split() if word.endswith(":")})

    @settings(max_examples=25, deadline=None, database=None)
    @given(field=st.sampled_from(words), shape=YAML)
    def holds(field: str, shape: object) -> None:
        before, found, after = FILES[name].partition(f"{field}:")
        text = f"{before}{found} {shape!r} # {after}".replace("None", "null")
        assert_told(check_files({**SOUND, name: text.encode(errors="replace")}, []))

    holds()


def test_a_hostile_folder_is_refused_by_load_too(tmp_path: Path) -> None:
    with pytest.raises(RulebookError) as caught:
        load(write(tmp_path, dict.fromkeys(FILES, b"\xff\0[{")))
    assert {problem.file for problem in caught.value.problems} == set(FILES)


def test_an_error_never_repeats_a_long_or_unprintable_text(tmp_path: Path) -> None:
    bad = 'name: "\\e[31m' + "secret " * 50 + '`"\n'
    with pytest.raises(RulebookError) as caught:
        load(write(tmp_path, {"agency.yaml": bad}))
    assert str(caught.value).splitlines()[0] == (
        "agency.yaml:1: name: `?[31msecret secret secret secret secret secret secret sec...`"
        " holds a character that nobody can see: type it again"
    )
