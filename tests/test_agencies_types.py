import csv
import shutil
from pathlib import Path

import pytest

from tests.agencies_files import LIBRARY
from triage.agencies.known import Example, read_known
from triage.agencies.type_proposals import ALTERNATIVES_MAX, SAME, SCORE_MIN, TIE, UNKNOWN, TypeProposer
from triage.agencies.words import dangers, plain, stems, tokens
from triage.sources import SourceError

KNOWN = read_known(LIBRARY)
BARE = KNOWN._replace(examples=())
PROPOSER = TypeProposer(BARE)
HELD_OUT = {"seattle": (0.65, 0.85), "san_diego": (0.45, 0.65), "san_francisco": (0.55, 0.7), "burlington": (0.6, 0.75)}
"""Least shares of call types whose canonical type is the proposed one, and is among the proposal and its alternatives.

Below what was measured when this was written (see the report of each run with `-s`), as the folders are still reviewed.
"""


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("WELFARE CHECK", "WELFARE"), ("Check Welfare", "WELFARE"), ("NOISE - LOUD PARTY", "NOISE"),
        ("SUSP VEH", "VEHSUSP"), ("TRAF STOP", "TSTOP"), ("PARKING VIOL", "PARKING"), ("BURG ALARM - RES", "ALMR"),
        ("FIGHT (NO WEAPONS)", "FIGHT"), ("Missing Person", "PERMISS"), ("Intoxicated person", "INTOX"),
        ("SHOTS FIRED", "SHOOT"), ("DV - ASLT", "DVA"), ("Abandoned Vehicle", "VEHABND"), ("graffiti", "X-GRAFFITI"),
        ("ROBB - STRONG ARM", "ROBBERY"), ("Foot Patrol", "X-OFFICER"), ("H&R", "MVAHR"),
    ],
)  # fmt: skip
def test_usual_wordings_have_their_type(name: str, canonical: str) -> None:
    assert PROPOSER.propose(name).canonical == canonical, PROPOSER.propose(name)


def test_a_wording_of_the_library_is_sure_and_says_why() -> None:
    proposal = PROPOSER.propose("Abandoned vehicle")

    assert (proposal.canonical, proposal.confidence) == ("VEHABND", "sure")
    assert proposal.because == "like `Abandoned vehicle` (library)"


def test_a_code_goes_by_its_description_and_words_go_before_theirs() -> None:
    assert PROPOSER.propose("T99", "PARKING VIOLATION").canonical == "PARKING"
    assert PROPOSER.propose("Welfare Check", "Public Service").canonical == "WELFARE", "the description is a group"


def test_a_wording_that_nothing_is_like_stays_unknown() -> None:
    for name in ("ZZGX", "", "42", "---", "\u2603"):
        proposal = PROPOSER.propose(name)
        assert (proposal.canonical, proposal.confidence) == (UNKNOWN, "guess"), name


def test_a_danger_in_the_name_is_never_passed_over_in_silence() -> None:
    proposal = PROPOSER.propose("415V", "DISTURBING PEACE W/VIOLENCE")

    assert (proposal.canonical, proposal.confidence) == ("DISORD", "guess")
    assert proposal.because == "like `disturbing the peace` (library), but it says `violen`"
    assert dangers("DISTURBING PEACE W/VIOLENCE") == {"violen"}
    assert dangers("FIGHT (NO WEAPONS)") == {"fight"}, "what is denied is not said"


def test_of_two_that_are_equally_near_the_more_dangerous_is_proposed() -> None:
    danger = {entry.code: entry.danger for entry in KNOWN.canonical}
    twice = BARE._replace(
        examples=(Example("a", "PARKING SHELTER", "", "NOISE"), Example("b", "PARKING SHELTER", "", "WEAPON"))
    )
    proposal = TypeProposer(twice).propose("PARKING SHELTER")

    assert danger["WEAPON"] > danger["NOISE"]
    assert (proposal.canonical, proposal.alternatives[0]) == ("WEAPON", "NOISE")
    assert proposal.confidence == "guess", "two agencies say two things"


def test_of_near_ties_the_most_dangerous_is_proposed_and_never_sure() -> None:
    danger = {entry.code: entry.danger for entry in KNOWN.canonical}
    leant = 0
    for entry in KNOWN.examples:
        scores, _ = PROPOSER._scores(entry.name, entry.description)
        best = max(scores.values(), default=0.0)
        if not SCORE_MIN <= best < SAME:
            continue
        proposal = PROPOSER.propose(entry.name, entry.description)
        near = [found for found, score in scores.items() if score >= best - TIE]
        assert danger[proposal.canonical] == max(danger[found] for found in near), entry.name
        if scores[proposal.canonical] < best:
            leant += 1
            assert proposal.confidence == "guess", entry.name
    assert leant > 10


def test_a_code_counts_where_another_agency_uses_it() -> None:
    taught = BARE._replace(examples=(Example("elsewhere", "915Z", "HOMELESS COMPLAINT", "X-SHELTER"),))
    proposal = TypeProposer(taught).propose("915-z")

    assert proposal.canonical == "X-SHELTER"
    assert proposal.because == "`915-z` in elsewhere"


def test_a_proposal_never_repeats_itself_and_names_known_types_only() -> None:
    codes = {entry.code for entry in KNOWN.canonical}
    for entry in KNOWN.examples[:200]:
        proposal = PROPOSER.propose(entry.name, entry.description)
        named = [proposal.canonical, *proposal.alternatives]
        assert len(set(named)) == len(named) <= ALTERNATIVES_MAX + 1
        assert set(named) <= codes


def test_abbreviations_are_written_out_and_endings_do_not_matter() -> None:
    assert plain("SUSP VEH W/ INJ") == "suspicious vehicle with injury"
    assert stems("thefts") == stems("THEFT")
    assert stems("of the and") == ()
    assert tokens("InitialCallType") == tokens("initial_call_type") == ("initial", "call", "type")


def test_a_very_long_name_is_no_burden() -> None:
    assert PROPOSER.propose("NOISE " * 5_000).canonical == "NOISE"


@pytest.mark.parametrize("city", sorted(HELD_OUT))
def test_types_are_proposed_well_enough_for_a_city_that_is_held_out(city: str) -> None:
    known = read_known(LIBRARY, without=LIBRARY.parent / city)
    assert city not in {example.agency for example in known.examples}
    proposer = TypeProposer(known)
    with (LIBRARY.parent / city / "call_types.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [(row["canonical"], proposer.propose(row["call_type"], row.get("description") or "")) for row in rows]
    first = sum(truth == one.canonical for truth, one in found) / len(found)
    among = sum(truth in {one.canonical, *one.alternatives} for truth, one in found) / len(found)
    sure = [truth == one.canonical for truth, one in found if one.confidence == "sure"]
    print(f"{city}: {len(found)} types, first {first:.0%}, among four {among:.0%}, sure {sum(sure)} of {len(sure)}")  # noqa: T201 - the figure is what it is for

    least_first, least_among = HELD_OUT[city]
    assert first >= least_first
    assert among >= least_among
    assert sum(sure) >= 0.75 * len(sure)


def test_a_folder_without_canonical_types_is_no_library() -> None:
    with pytest.raises(SourceError, match=r"is no library: it has no `canonical_types\.csv`"):
        read_known(LIBRARY.parent / "seattle")


def test_rows_under_review_teach_nothing(tmp_path: Path) -> None:
    shutil.copytree(LIBRARY, tmp_path / "common")
    folder = tmp_path / "springfield"
    folder.mkdir()
    (folder / "agency.yaml").write_text("name: Springfield\n")
    (folder / "call_types.csv").write_text("call_type,canonical,status\nFIZZ,NOISE,review\nPOP,WEAPON,\n")
    (folder / "channels.csv").write_text("code,channel,status\nX,phone,review\nY,text,reviewed\n")
    known = read_known(tmp_path / "common")

    assert known.examples == (Example("springfield", "POP", "", "WEAPON"),)
    assert known.channels == {"Y": "text"}
    assert read_known(tmp_path / "common", without=folder).examples == ()


@pytest.mark.parametrize("damage", [b"\xff\xfe\x00", b'call_type,canonical\n"unclosed', b""])
def test_a_folder_that_cannot_be_read_teaches_nothing_and_stops_nobody(tmp_path: Path, damage: bytes) -> None:
    shutil.copytree(LIBRARY, tmp_path / "common")
    folder = tmp_path / "springfield"
    folder.mkdir()
    (folder / "agency.yaml").write_text("name: Springfield\n")
    (folder / "call_types.csv").write_bytes(damage)

    assert read_known(tmp_path / "common").examples == ()
