import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.card_examples import CARD, NO_CEILING, parts, source
from tests.cli_calls import ROOT, Desk, Typed, agency, flat, triage
from tests.rulebook_folder import edited
from tests.small_model import SUPPORT, TERMS, model
from tests.test_cli_outcomes import DISPOSITIONS, calls, row
from triage.classifiers.files import write_model
from triage.domain.model import Model
from triage.rulebook import load
from triage.training.card import Card, FileRead, Performance
from triage.training.pictures import PICTURES

CITY = "Test City"
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
NOISE = "NOISE"


def card(**changes: Any) -> Card:
    """The example's card for the small agency, whose parts end with the year 2022."""
    own = {"sources": (source(CITY),), "parts": parts(CITY)}
    return CARD.model_copy(update={**own, **changes})


def fitting(folder: Path, **changes: Any) -> Model:
    """The small model for the agency's own rules, which knows noise at priority `routine` and nothing of its beats."""
    policy = load(folder)
    natures = TERMS[0].model_copy(update={"weights": {**TERMS[0].weights, NOISE: -0.5}})
    own = {
        "agency": policy.agency,
        "routing": policy.routing_digest,
        "authority_limit": policy.authority_limit,
        "terms": (natures, *TERMS[1:3]),
        "support": {**SUPPORT, NOISE: 400},
        "combinations": {"NOISE | routine": 398, "NOISE | emergency": 2, "PARKING | routine": 20},
    }
    return model(**{**own, **changes})


def keep(folder: Path, card: Card, **changes: Any) -> str:
    return write_model(folder / "model.json", fitting(folder, **changes), card.model_dump(mode="json"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    changes = {"dispositions.csv": DISPOSITIONS, **edited("agency.yaml", "classifier: none", "classifier: required")}
    found = Desk(tmp_path, agency(tmp_path / "agency", changes))
    keep(found.agency, card())
    return found


def past(desk: Desk, day: str = "07/10/2023") -> Path:
    """Twenty calls of noise, one of them with an arrest, and one at a priority that training hardly saw."""
    rows = [row(f"N{number}", NOISE, day=day) for number in range(19)]
    arrest = row("N19", NOISE, "PHYSICAL ARREST MADE", day=day)
    return calls(desk.folder, *rows, arrest, row("N20", NOISE, day=day, priority="1"))


def left_behind(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_the_caveats_stand_first_then_uses_figures_and_digest(desk: Desk) -> None:
    typed = desk("model", "show")
    assert (typed.code, typed.err) == (0, "")
    heads = [
        "Read this first",
        "What it is for",
        "What it must not be used for",
        "What it learnt from",
        "How its calls were split",
        "How it was chosen",
        "What it looks at",
        "Where it has no opinion",
        "The ceiling",
        "On the test part, which training and calibration never saw",
        "Whether its risks can be trusted",
        "What more or less caution would do",
        "Routes over time",
        "By beat, hours and channel",
        "Which model this is",
    ]
    places = [typed.out.index(f"\n{head}\n") for head in heads]
    assert places == sorted(places)
    assert flat(typed.out).startswith(f"The model of {CITY} In use: the agency's policy requires it")
    assert CARD.caveats[0] in flat(typed.out[: places[1]])
    assert "Every weight" not in typed.out


def test_the_document_is_what_stands_in_the_file(desk: Desk) -> None:
    typed = desk("model", "show", "--json")
    assert typed.document == json.loads((desk.agency / "model.json").read_text(encoding="utf-8"))
    assert typed.err == ""


@pytest.mark.parametrize("columns", ["40", "60", "80", "100", "200"])
def test_no_line_is_wider_than_the_terminal_and_no_figure_is_cut_off(desk: Desk, columns: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", "model", "show", "--agency", desk.agency],
        env={"PYTHONPATH": str(ROOT), "COLUMNS": columns}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert max(len(line) for line in done.stdout.splitlines()) <= min(int(columns), 100)
    words = done.stdout.split()
    for figure in ("38,400", "10,250", "1,160", "2022-11-06", "6.46-7.49", "0.0792", "9,600", "0.2644"):
        assert figure in words


def test_the_page_and_the_pictures_are_written_beside_what_is_printed(desk: Desk) -> None:
    html, png = desk.folder / "card.html", desk.folder / "pictures"
    typed = desk("model", "show", "--html", html, "--png", png)
    assert typed.code == 0
    assert "Read this first" in typed.out
    text = html.read_text(encoding="utf-8")
    assert "Content-Security-Policy" in text
    assert "Every weight" in text
    assert {path.name for path in png.iterdir()} == {f"{name}.png" for name in PICTURES}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in png.iterdir())
    assert flat(typed.err).count("written: ") == 4
    again = desk("model", "show", "--html", html, "--png", png, "--json")
    assert again.document["card"]["trained_by"] == CARD.trained_by
    assert html.read_text(encoding="utf-8") == text


def test_codes_are_shown_with_what_they_mean(tmp_path: Path) -> None:
    folder = ROOT / "config" / "san_diego"
    path = tmp_path / "model.json"
    write_model(path, fitting(folder), card().model_dump(mode="json"))
    typed = triage("model", "show", "--agency", folder, "--model", path)
    assert "Parking violation (PARKING)" in flat(typed.out)
    assert "Not in use: it does not stand in the agency's folder." in typed.out


def test_where_no_ceiling_was_found_it_says_that_every_cso_is_withheld(desk: Desk) -> None:
    found = NO_CEILING.model_copy(update={"sources": (source(CITY),), "parts": parts(CITY)})
    keep(desk.agency, found, ceiling=None)
    typed = desk("model", "show")
    assert "No ceiling satisfied the limit of 1.00%: every CSO is withheld." in flat(typed.out)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"routing": "0" * 16}, "In use, but the rules changed since it was trained"),
        ({"agency": "Elsewhere"}, "Not in use: it was trained for `Elsewhere`"),
        ({"authority_limit": 0.5}, "Not in use: it has a ceiling for an authority limit of `0.5`"),
    ],
)
def test_a_model_that_does_not_fit_is_shown_and_said_not_to(desk: Desk, changes: dict[str, Any], says: str) -> None:
    keep(desk.agency, card(), **changes)
    typed = desk("model", "show")
    assert typed.code == 0
    assert says in flat(typed.out)


def test_a_folder_that_does_not_load_still_shows_its_model(desk: Desk) -> None:
    (desk.agency / "units.yaml").write_text("nonsense: [", encoding="utf-8")
    typed = desk("model", "show")
    assert typed.code == 0
    assert "Not in use: the agency's folder has errors" in flat(typed.out)


def test_a_policy_without_a_classifier_does_not_use_it(tmp_path: Path) -> None:
    folder = agency(tmp_path / "agency")
    keep(folder, card())
    typed = triage("model", "show", "--agency", folder)
    assert "says `classifier: none`" in flat(typed.out)


def _folder(desk: Desk) -> tuple[str | Path, ...]:
    return "--html", desk.agency


def _not_html(desk: Desk) -> tuple[str | Path, ...]:
    return "--html", desk.agency / "model.json"


def _nowhere(desk: Desk) -> tuple[str | Path, ...]:
    return "--html", desk.folder / "no" / "x.html"


def _file_as_folder(desk: Desk) -> tuple[str | Path, ...]:
    return "--png", desk.agency / "model.json"


def _folder_nowhere(desk: Desk) -> tuple[str | Path, ...]:
    return "--png", desk.folder / "no" / "where"


Target = Callable[[Desk], tuple[str | Path, ...]]


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (_folder, "is a folder; --html names a file"),
        (_not_html, "does not end in .html"),
        (_nowhere, "to write `x.html` to"),
        (_file_as_folder, "is not a folder; --png names the folder"),
        (_folder_nowhere, "to make `where` in"),
    ],
)
def test_a_target_that_cannot_be_is_refused_before_anything_is_written(desk: Desk, target: Target, says: str) -> None:
    before = left_behind(desk.folder)
    typed = desk("model", "show", *target(desk))
    assert (typed.code, typed.out) == (2, "")
    assert says in flat(typed.err)
    assert left_behind(desk.folder) == before


def test_a_picture_that_cannot_be_written_leaves_every_file_as_it_was(desk: Desk) -> None:
    html, png = desk.folder / "card.html", desk.folder / "pictures"
    html.write_text("as it was", encoding="utf-8")
    (png / "routes.png").mkdir(parents=True)
    typed = desk("model", "show", "--html", html, "--png", png)
    assert (typed.code, typed.out) == (2, "")
    assert "routes.png" in typed.err
    assert html.read_text(encoding="utf-8") == "as it was"
    assert {path.name for path in png.iterdir()} == {"routes.png"}
    assert not [path for path in desk.folder.iterdir() if path.name.endswith(".tmp")]


def test_a_place_where_nothing_can_be_written_is_named_by_what_was_typed(desk: Desk) -> None:
    typed = desk("model", "show", "--html", "/proc/card.html")
    assert (typed.code, typed.out) == (2, "")
    assert "`/proc/card.html` cannot be written: " in flat(typed.err)


def test_a_folder_without_a_model_says_how_to_get_one(desk: Desk) -> None:
    (desk.agency / "model.json").unlink()
    for words in (("show",), ("evaluate", past(desk))):
        typed = desk("model", *words)
        assert (typed.code, typed.out) == (2, "")
        assert "`model.json` is missing; train one with `triage train" in flat(typed.err)


def test_a_model_that_was_altered_is_refused_and_nothing_is_written(desk: Desk) -> None:
    path = desk.agency / "model.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"slope": 1.5', '"slope": 1.4'), encoding="utf-8")
    typed = desk("model", "show", "--html", desk.folder / "x.html")
    assert (typed.code, typed.out) == (2, "")
    assert "was altered" in typed.err
    assert not (desk.folder / "x.html").exists()


def test_a_card_that_this_version_cannot_read_is_refused_by_its_field(desk: Desk) -> None:
    document = card().model_dump(mode="json")
    document["certificate"]["needed"] = "many"
    write_model(desk.agency / "model.json", fitting(desk.agency), document)
    typed = desk("model", "show")
    assert (typed.code, typed.out) == (2, "")
    assert "has a card that this version cannot read: `certificate.needed`" in flat(typed.err)


def evaluated(desk: Desk, *words: str | Path) -> Typed:
    return desk("model", "evaluate", past(desk), *words)


def test_past_calls_are_judged_by_rules_and_model_as_they_were_first_reported(desk: Desk) -> None:
    typed = evaluated(desk, "--json")
    assert (typed.code, typed.err) == (0, "")
    found = Performance.model_validate(typed.document["performance"])
    assert (found.calls, found.decided) == (21, 21)
    assert found.sent_by_rules.number == 21
    assert (found.sent.number, found.used.number, found.used.of) == (20, 1, 20)
    assert found.withheld == 0
    (why,) = found.abstained
    assert why.startswith("too few calls of this combination: training saw 2 of NOISE")
    assert typed.document["fits_rules"] is True


def test_the_files_that_were_read_are_named_by_their_bytes(desk: Desk) -> None:
    (read,) = evaluated(desk, "--json").document["files"]
    digest = hashlib.sha256((desk.folder / "calls.csv").read_bytes()).hexdigest()
    assert read == {"name": "calls.csv", "sha256": digest, "rows": 21}


def test_calls_after_all_that_the_model_saw_are_a_test(desk: Desk) -> None:
    typed = evaluated(desk)
    assert typed.code == 0
    assert flat(typed.out).startswith(f"The model of {CITY} on past calls 21 calls, 2023-07-10 to 2023-07-10, from")
    assert "These calls are a test" in flat(typed.out)
    assert evaluated(desk, "--json").document["is_test"] is True


def test_calls_that_the_model_was_made_from_are_no_test_and_that_stands_first(desk: Desk) -> None:
    file = past(desk, "02/01/2022")
    typed = desk("model", "evaluate", file)
    assert "Read this first This is no test: 21 of 21 calls are from before 2022-11-06" in flat(typed.out)
    document = desk("model", "evaluate", file, "--json").document
    assert (document["is_test"], document["overlap"]["train"]) == (False, 21)


def test_a_file_that_was_learnt_from_is_found_out_under_another_name(desk: Desk) -> None:
    file = past(desk)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    learnt = source(CITY, files=(FileRead(name="was.csv", sha256=digest, rows=21),))
    keep(desk.agency, card(sources=(learnt,)))
    typed = desk("model", "evaluate", file)
    assert "This is no test: the model was made from calls.csv." in flat(typed.out)


def test_rules_that_changed_since_are_said_before_any_figure(desk: Desk) -> None:
    keep(desk.agency, card(), routing="0" * 16)
    typed = evaluated(desk)
    assert typed.code == 0
    said = flat(typed.out)
    assert "for which its ceiling was not chosen" in said
    assert said.index("for which its ceiling was not chosen") < said.index("On these calls")
    assert evaluated(desk, "--json").document["fits_rules"] is False


def test_the_figures_are_a_page_too(desk: Desk) -> None:
    html = desk.folder / "figures.html"
    typed = evaluated(desk, "--html", html)
    assert typed.code == 0
    text = html.read_text(encoding="utf-8")
    assert text.count("<img ") == 3
    assert "These calls are a test" in text
    assert CARD.caveats[0] in text


def test_each_call_counts_once_whatever_files_it_stands_in(desk: Desk) -> None:
    first = past(desk)
    second = calls(desk.folder, row("N0"), row("N99"), name="more.csv")
    document = desk("model", "evaluate", first, second, "--json").document
    assert document["performance"]["calls"] == 22
    assert [file["name"] for file in document["files"]] == ["calls.csv", "more.csv"]


def test_times_are_the_agencys(desk: Desk) -> None:
    document = evaluated(desk, "--json").document
    assert datetime.fromisoformat(document["first"]) == datetime(2023, 7, 10, 13, tzinfo=LOS_ANGELES)


def test_calls_without_a_decided_outcome_are_nothing_to_compare_with(desk: Desk) -> None:
    undecided = calls(desk.folder, row("A1", NOISE, "REPORT WRITTEN"), row("A2", NOISE, "GONE"))
    typed = desk("model", "evaluate", undecided, "--html", desk.folder / "x.html")
    assert (typed.code, typed.out) == (2, "")
    assert "of 2 calls none has an outcome that says whether authority was used" in flat(typed.err)
    assert "at least 1 is needed" in flat(typed.err)
    assert not (desk.folder / "x.html").exists()


def test_a_file_without_a_call_is_refused_so_too(desk: Desk) -> None:
    typed = desk("model", "evaluate", calls(desk.folder))
    assert (typed.code, typed.out) == (2, "")
    assert "of 0 calls none has an outcome" in flat(typed.err)


def test_rows_that_cannot_be_read_are_named(desk: Desk) -> None:
    file = calls(desk.folder, row("A1"), row("A2", day="32/32/2023"))
    typed = desk("model", "evaluate", file)
    assert typed.code == 0
    assert "unreadable: calls.csv line 3, original_time_queued" in flat(typed.err)


def test_a_model_of_another_agency_is_refused(desk: Desk) -> None:
    keep(desk.agency, card(), agency="Elsewhere")
    typed = evaluated(desk)
    assert (typed.code, typed.out) == (2, "")
    assert "was trained for `Elsewhere`" in flat(typed.err)


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ((), "no file given; `triage model evaluate FILE...`"),
        (("--htlm",), "no option `--htlm`; did you mean `--html`?"),
        (("nowhere.csv",), "no such file: `nowhere.csv`"),
        (("calls.csv", "--columns", "call_data_2081"), "did you mean `call_data_2018`?"),
        (("calls.csv", "--model", "nowhere.json"), "`nowhere.json` is missing"),
        (("calls.csv", "--html", "calls.csv"), "does not end in .html"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_what_can(desk: Desk, words: tuple[str, ...], wrong: str) -> None:
    past(desk)
    typed = desk("model", "evaluate", *[desk.folder / word if word == "calls.csv" else word for word in words])
    assert (typed.code, typed.out) == (2, "")
    assert wrong in flat(typed.err)


def test_a_folder_that_is_not_there_is_refused() -> None:
    typed = triage("model", "show", "--agency", "config/atlantis")
    assert typed.code == 2
    assert "the agency's folder `config/atlantis` is not there" in typed.err


def test_showing_a_card_loads_no_library_for_learning(desk: Desk) -> None:
    script = (
        "import sys; from triage.cli import main; main(sys.argv[1:]);"
        "sys.exit(str({'numpy', 'scipy', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "model", "show", "--json", "--agency", desk.agency],
        env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr.strip() == "set()"


def test_no_log_is_begun(desk: Desk) -> None:
    evaluated(desk)
    desk("model", "show")
    assert not desk.log.exists()
