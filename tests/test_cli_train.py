import csv
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.cli_calls import ROOT, Typed, agency, flat, triage
from tests.rulebook_folder import AGENCY
from triage.classifiers.files import read_model
from triage.training.card import Card

HEADER = (
    "cad_event_number,event_clearance_description,call_type,priority,initial_call_type,final_call_type,"
    "original_time_queued,arrived_time,precinct,sector,beat"
)
RISKS = {"NOISE": 0.0, "WELFARE CHECK": 0.1, "PARKING": 0.02, "ASSAULT": 0.6}
"""How often an arrest is made, by call type. The rules of the small agency send noise to a CSO."""

Cells = tuple[str, str, str, str]


def made_up(number: int, seed: int = 1) -> list[Cells]:
    """Call type, how it was closed, priority and beat."""
    random = Random(seed)
    found = []
    for _ in range(number):
        call_type = random.choice(("NOISE", *RISKS))
        ended = "PHYSICAL ARREST MADE" if random.random() < RISKS[call_type] else "ASSISTANCE RENDERED"
        found.append((call_type, ended, random.choice("23"), random.choice(("B1", "B2"))))
    return found


def write(path: Path, calls: Sequence[Cells]) -> Path:
    """A file of these calls, an hour apart."""
    first = datetime(2023, 1, 2)  # noqa: DTZ001 - a call file has local times
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(HEADER.split(","))
        for number, (call_type, ended, priority, beat) in enumerate(calls):
            time = (first + timedelta(hours=number)).strftime("%m/%d/%Y %I:%M:%S %p")
            out.writerow([f"C{number:06}", ended, "911", priority, call_type, "-", time, "", "NORTH", "UNION", beat])
    return path


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the agency's folder, a file of its calls, and the model that was trained on them."""
    folder = tmp_path_factory.mktemp("city")
    agency(folder / "agency")
    write(folder / "calls.csv", made_up(1600))
    return folder


@pytest.fixture(scope="module")
def typed(city: Path) -> Typed:
    return triage("train", city / "calls.csv", "--agency", city / "agency")


def refused(typed: Typed, folder: Path) -> str:
    """What standard error says, where nothing was written."""
    assert typed.code == 2
    assert typed.out == ""
    assert [path.name for path in folder.rglob("*") if "model.json" in path.name] == []
    assert "Traceback" not in typed.err
    return flat(typed.err)


def test_it_writes_a_model_with_its_card_into_the_agencys_folder(typed: Typed, city: Path) -> None:
    assert (typed.code, typed.err) == (0, "")
    found = read_model(city / "agency" / "model.json")
    assert found.model.agency == "Test City"
    assert found.model.ceiling is not None
    card = Card.model_validate_json(json.dumps(found.card))
    assert card.sources[0].files[0].name == "calls.csv"
    assert card.sources[0].files[0].sha256 == hashlib.sha256((city / "calls.csv").read_bytes()).hexdigest()
    assert card.sources[0].files[0].rows == 1600
    assert str(city) not in (city / "agency" / "model.json").read_text(encoding="utf-8")
    assert found.digest[:16] in typed.out


def test_it_says_what_it_did_and_what_to_type_next(typed: Typed, city: Path) -> None:
    told = flat(typed.out)
    assert "Test City: 1,600 rows, 1,600 calls from 2023-01-02 to 2023-03-09; of 1,600 it is known" in told
    assert "to train 2023-01-02 400 400" in told
    assert "to calibrate 2023-01-18 960 960" in told
    assert "* taken: the simplest within one standard error of the best." in told
    assert "authority was used in 0 of" in told
    assert "with 95% confidence at most" in told
    assert "the limit is 1.00%" in told
    assert "Every outcome followed a sworn response." in told
    assert f"triage model show --agency {city / 'agency'}" in told
    assert "It counts once the policy says `classifier: required`." in told
    assert all(len(line) <= 100 or str(city) in line for line in typed.out.splitlines())


@pytest.mark.parametrize("columns", ["40", "60", "80"])
def test_no_figure_and_no_date_is_broken_on_a_narrow_terminal(city: Path, tmp_path: Path, columns: str) -> None:
    words = ("train", city / "calls.csv", "--agency", city / "agency", "--out", tmp_path, "--features", "type,nature")
    done = subprocess.run(
        [sys.executable, "-m", "triage.cli", *words],
        env={"PYTHONPATH": str(ROOT), "COLUMNS": columns}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    told, _, after = done.stdout.partition("Written to")
    assert after
    assert max(len(line) for line in told.splitlines()) <= int(columns)
    assert {"2023-01-02", "2023-01-18", "type_rates", "candidate"} <= {word.lower() for word in told.split()}
    assert {"calibrate", "canonical", "960"} <= set(told.replace(",", "").split())


def test_a_program_reads_the_card_and_where_it_was_written(city: Path, tmp_path: Path) -> None:
    typed = triage("train", city / "calls.csv", "--agency", city / "agency", "--out", tmp_path, "--json")
    assert (typed.code, typed.err) == (0, "")
    document = typed.document
    assert document["written"] == str(tmp_path / "model.json")
    assert document["digest"] == read_model(tmp_path / "model.json").digest
    assert list(document) == [
        "written",
        "digest",
        "model",
        "agency",
        "borrowed",
        "caveats",
        "sources",
        "parts",
        "features",
        "compared",
        "certificate",
        "test",
    ]
    assert sum(part["calls"] for part in document["parts"]) == 1600


def test_training_again_gives_the_same_bytes(typed: Typed, city: Path, tmp_path: Path) -> None:
    assert typed.code == 0
    triage("train", city / "calls.csv", "--agency", city / "agency", "--out", tmp_path)
    assert (tmp_path / "model.json").read_bytes() == (city / "agency" / "model.json").read_bytes()


@pytest.mark.slow
def test_another_process_gives_the_same_bytes(typed: Typed, city: Path, tmp_path: Path) -> None:
    assert typed.code == 0
    command = ["train", str(city / "calls.csv"), "--agency", str(city / "agency"), "--out", str(tmp_path)]
    subprocess.run(
        [sys.executable, "-m", "triage.cli", *command],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77", "OMP_NUM_THREADS": "2"},
    )
    assert (tmp_path / "model.json").read_bytes() == (city / "agency" / "model.json").read_bytes()


def test_rows_in_several_files_and_any_order_give_the_same_model(typed: Typed, city: Path, tmp_path: Path) -> None:
    assert typed.code == 0
    header, *lines = (city / "calls.csv").read_text(encoding="utf-8").splitlines()
    for name, part in (("a.csv", lines[900:]), ("b.csv", lines[:900][::-1])):
        (tmp_path / name).write_text("\n".join([header, *part]) + "\n", encoding="utf-8")
    found = triage("train", tmp_path / "a.csv", tmp_path / "b.csv", "--agency", city / "agency", "--out", tmp_path)
    assert found.code == 0
    assert read_model(tmp_path / "model.json").model == read_model(city / "agency" / "model.json").model


def test_features_and_split_are_ones_own_choice(city: Path, tmp_path: Path) -> None:
    options = ("--features", "priority,nature", "--split", "30:60:10", "--out", tmp_path, "--json")
    document = triage("train", city / "calls.csv", "--agency", city / "agency", *options).document
    assert document["features"] == ["nature", "priority"]
    assert [part["calls"] for part in document["parts"]] == [480, 960, 160]


def test_an_agency_without_outcomes_borrows_and_says_so_first(city: Path, tmp_path: Path) -> None:
    own = agency(tmp_path / "own", {"agency.yaml": AGENCY.replace("Test City", "Otherville")})
    calls = write(tmp_path / "own.csv", [(kind, "-", priority, beat) for kind, _, priority, beat in made_up(300)])
    without = triage("train", calls, "--agency", own)
    assert "the training part has 0 calls of which it is known whether authority was used: at least 100 are needed" in (
        refused(without, tmp_path)
    )
    assert "--borrowed --from DIR=FILE" in without.err
    typed = triage("train", "--from", f"{city / 'agency'}={city / 'calls.csv'}", calls, "--agency", own, "--borrowed")
    assert typed.code == 0
    told = flat(typed.out)
    assert told.partition("What to know before any figure is used")[2].startswith(
        " - Borrowed: no outcome of Otherville"
    )
    assert "nothing is learnt from how they ended" in told
    model = read_model(own / "model.json").model
    assert (model.agency, model.borrowed) == ("Otherville", True)
    assert model.ceiling is not None


def test_a_note_is_what_the_card_says_first(city: Path, tmp_path: Path) -> None:
    notes = ("--note", "Calls of the night shift are missing.", "--note", " Für Übungen - “not for use”. ")
    typed = triage("train", city / "calls.csv", "--agency", city / "agency", "--out", tmp_path, *notes)
    assert (typed.code, typed.err) == (0, "")
    caveats = Card.model_validate_json(json.dumps(read_model(tmp_path / "model.json").card)).caveats
    assert caveats[:2] == ("Calls of the night shift are missing.", "Für Übungen - “not for use”.")
    assert caveats[2].startswith("Every outcome followed a sworn response.")
    told = flat(typed.out).partition("What to know before any figure is used")[2]
    assert told.startswith(" - Calls of the night shift are missing. - Für Übungen")


@pytest.mark.parametrize("name", ["n" * 240 + ".csv", "two\nlines\x1b[31m.csv", "half\udcff.csv", " "])
def test_whatever_a_file_is_called_its_card_can_be_read(city: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes((city / "calls.csv").read_bytes())
    typed = triage("train", tmp_path / name, "--agency", city / "agency", "--out", tmp_path)
    assert (typed.code, typed.err) == (0, "")
    (kept,) = Card.model_validate_json(json.dumps(read_model(tmp_path / "model.json").card)).sources[0].files
    assert kept.name.isprintable()
    assert 1 <= len(kept.name) <= 200
    assert kept.sha256 == hashlib.sha256((city / "calls.csv").read_bytes()).hexdigest()
    evaluated = triage(
        "model", "evaluate", tmp_path / name, "--agency", city / "agency", "--model", tmp_path / "model.json"
    )
    assert (evaluated.code, evaluated.err) == (0, "")
    assert "This is no test: the model was made from" in flat(evaluated.out)


def test_where_no_ceiling_satisfies_the_limit_it_says_what_it_takes(tmp_path: Path) -> None:
    folder = agency(tmp_path / "agency")
    typed = triage("train", write(tmp_path / "calls.csv", made_up(800)), "--agency", folder)
    assert typed.code == 0
    told = flat(typed.out)
    assert "No ceiling satisfies the limit of 1.00% with 95% confidence, so every CSO is withheld." in told
    assert "It takes at least 299 decided calls without authority used that the rules send to a CSO" in told
    assert "It counts once" not in told
    assert read_model(folder / "model.json").model.ceiling is None


# Refusals


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "error: no file given; `triage train FILE...`"),
        (("calls.csv", "--colums", "x"), "no option `--colums`; did you mean `--columns`?"),
        (("calls.csv", "--split", "25:60"), "`25:60` is no split; valid: per cent of the calls"),
        (("calls.csv", "--features", "disposition"), "`disposition` is known only after somebody went"),
        (("calls.csv", "--features", "prority"), "no feature `prority`; did you mean `priority`?"),
        (("calls.csv", "--features", ","), "no feature is left to learn from: at least 1 is needed"),
        (("calls.csv", "--from", "elsewhere"), "`elsewhere` names no agency and file; valid: --from DIR=FILE"),
        (("calls.csv", "--from", "elsewhere=x.csv"), "the agency's folder `elsewhere` is not there"),
        (("calls.csv", "--borrowed"), "a borrowed model needs at least 1 other agency to learn from"),
        (("calls.csv", "--out", "nowhere"), "the folder `nowhere` is not there; --out names a folder that exists"),
        (("calls.csv", "--columns", "nothing"), "`nothing`"),
        (("calls.csv", "--note", " "), "note 1 has 0 characters; valid: 1 to 1,000"),
        (("calls.csv", "--note", "Fine.", "--note", "x" * 1001), "note 2 has 1,001 characters; valid: 1 to 1,000"),
        (("calls.csv", "--note", "two\nlines"), "character 4 of note 1 is `U+000A`, which cannot be shown"),
        (("calls.csv", "--note", "red \x1b[31m"), "character 5 of note 1 is `U+001B`, which cannot be shown"),
        (("calls.csv", "--note", "half \udcff"), "character 6 of note 1 is `U+DCFF`, which cannot be shown"),
        (("/dev/null",), "`/dev/null` is a pipe or a device, which can be read only once; save it as a file"),
        (("missing.csv",), "missing.csv"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(
    tmp_path: Path, words: tuple[str, ...], says: str
) -> None:
    folder = agency(tmp_path / "agency")
    write(tmp_path / "calls.csv", made_up(600))
    typed = [tmp_path / word if word.endswith("s.csv") or word == "missing.csv" else word for word in words]
    assert says in refused(triage("train", *typed, "--agency", folder), tmp_path)


@pytest.mark.parametrize(
    ("calls", "says"),
    [
        (made_up(1), "the calls are of 1 moment: at least 3 are needed"),
        (made_up(2), "of 2 different moments: at least 3 are needed"),
        (made_up(200), "the training part has 50 calls of which it is known whether authority was used: at least 100"),
        ([("NOISE", "ASSISTANCE RENDERED", "2", "B1")] * 800, "0 of them with authority used: at least 10 are needed"),
        ([], "`Test City` has 0 calls"),
    ],
)
def test_too_little_to_learn_from_is_refused_with_the_number_needed(
    tmp_path: Path, calls: list[Cells], says: str
) -> None:
    folder = agency(tmp_path / "agency")
    path = write(tmp_path / "calls.csv", calls)
    assert says in refused(triage("train", path, "--agency", folder), tmp_path)


def test_calls_of_one_agency_are_no_calls_of_another(city: Path, tmp_path: Path) -> None:
    own = agency(tmp_path / "own", {"agency.yaml": AGENCY.replace("Test City", "Otherville")})
    (tmp_path / "copied.csv").write_bytes((city / "calls.csv").read_bytes())
    lent = f"{city / 'agency'}={city / 'calls.csv'}"
    says = refused(triage("train", tmp_path / "copied.csv", "--agency", own, "--from", lent), tmp_path)
    assert "`calls.csv` stands for `Otherville` and for `Test City`, with the same bytes" in says


def test_rows_of_which_none_is_a_call_are_told_apart_from_an_empty_file(tmp_path: Path) -> None:
    folder = agency(tmp_path / "agency")
    path = write(tmp_path / "calls.csv", made_up(30))
    path.write_text(path.read_text(encoding="utf-8").replace(",911,", ",ONVIEW,"), encoding="utf-8")
    says = refused(triage("train", path, "--agency", folder), tmp_path)
    assert "of 30 rows none is a call (30 excluded as `on-view`); at least 1 is needed" in says


def test_a_place_that_no_model_can_be_written_to_is_told_before_anything_is_read(tmp_path: Path) -> None:
    folder = agency(tmp_path / "agency")
    (folder / "model.json").mkdir()
    typed = triage("train", tmp_path / "missing.csv", "--agency", folder)
    assert (typed.code, typed.out) == (2, "")
    assert flat(typed.err) == f"error: `{folder / 'model.json'}` is a folder, so no model can be written there"


def test_a_full_disk_is_told_and_the_model_that_stands_already_stays(typed: Typed, city: Path, tmp_path: Path) -> None:
    assert typed.code == 0
    (tmp_path / "model.json").write_bytes(before := (city / "agency" / "model.json").read_bytes())
    program = (
        "import resource, sys; from triage.cli import main;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); sys.exit(main(sys.argv[1:]))"
    )
    words = ("train", city / "calls.csv", "--agency", city / "agency", "--out", tmp_path)
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, *words],  # -B: compiled modules would be cut off too, and stay so
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},  # which would be cut off at the limit
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert flat(done.stderr) == f"error: `{tmp_path / 'model.json'}` cannot be written: file too large"
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_planted_outcome_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    folder = agency(tmp_path / "agency")
    leaking = [
        (kind, ended, priority, "ARRESTED" if "ARREST" in ended else "B1") for kind, ended, priority, _ in made_up(1600)
    ]
    says = refused(triage("train", write(tmp_path / "calls.csv", leaking), "--agency", folder), tmp_path)
    assert "feature `beat` alone tells how later calls ended with an AUC of 1.000" in says
    assert "--features nature," in says


def test_a_model_that_stands_already_survives_a_refusal(typed: Typed, city: Path, tmp_path: Path) -> None:
    assert typed.code == 0
    before = (city / "agency" / "model.json").read_bytes()
    assert triage("train", write(tmp_path / "few.csv", made_up(50)), "--agency", city / "agency").code == 2
    assert (city / "agency" / "model.json").read_bytes() == before
    assert sorted(path.name for path in (city / "agency").glob("*model*")) == ["model.json"]
