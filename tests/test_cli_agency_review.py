import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_calls import ROOT, flat, triage
from tests.rulebook_folder import on_library
from tests.test_agencies_review import KINDS, PROFILES, TYPES
from triage.rulebook import check

SECONDS_MAX = 30
ON = ("--now", "2026-03-02T12:00:00-08:00")


@pytest.fixture
def city(tmp_path: Path) -> Path:
    return on_library(tmp_path, KINDS, {"profiles.yaml": PROFILES})


class Terminal:
    """A person at a real terminal, who reads up to a prompt before typing."""

    def __init__(self, *words: str | Path) -> None:
        self.shown = ""
        self._ours, theirs = pty.openpty()
        kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "triage.cli", *map(str, words)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "100", "NO_COLOR": "1"},
        )
        os.close(theirs)

    def type(self, prompt: str, answer: str) -> None:
        """Wait for `prompt`, then type `answer`."""
        self._wait_for(prompt)
        os.write(self._ours, f"{answer}\n".encode())

    def press(self, prompt: str, key: bytes) -> None:
        """Wait for `prompt`, then press one key."""
        self._wait_for(prompt)
        os.write(self._ours, key)

    def interrupt(self, prompt: str) -> None:
        """Wait for `prompt`, then interrupt, as Ctrl-C does."""
        self._wait_for(prompt)
        self._process.send_signal(signal.SIGINT)
        os.write(self._ours, b"\n")  # should the signal have come just before the read began, this ends the read

    def leave(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(timeout=SECONDS_MAX)

    def _wait_for(self, prompt: str) -> None:
        start = len(self.shown)
        while prompt not in self.shown[start:]:
            assert self._read(), f"`{prompt}` was never asked:\n{self.shown}"

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], SECONDS_MAX)
        try:
            part = os.read(self._ours, 4096) if ready else b""
        except OSError:
            return False  # the other end is closed
        self.shown += part.decode().replace("\r\n", "\n")
        return bool(part)


def test_a_person_walks_through_at_a_terminal_leaves_and_comes_back(city: Path) -> None:
    terminal = Terminal("agency", "review", city, "--by", "s1042", *ON)
    terminal.type("q quit: ", "a")
    terminal.type("q quit: ", "p")
    terminal.type("a code or words, empty to leave it: ", "noise")
    terminal.type("take it? y or n: ", "y")
    terminal.type("q quit: ", "s")
    terminal.type("q quit: ", "q")
    assert terminal.leave() == 0
    assert "1 of 12: call type LOUD, 1,200 calls" in terminal.shown
    assert "Saved: call type PARKED is NOISE." in terminal.shown
    assert "2 answers saved." in terminal.shown
    assert "10 things left to review" in terminal.shown
    assert max(map(len, terminal.shown.splitlines())) <= 100 + len(str(city))
    assert "\x1b[3" not in terminal.shown, "no colour where none is wanted"
    again = Terminal("agency", "review", city, "--by", "s1042", *ON)
    again.press("q quit: ", b"\x04")
    assert again.leave() == 0
    assert "1 of 10: disposition ADV, 55 calls" in again.shown


def test_an_interruption_keeps_what_was_answered(city: Path) -> None:
    terminal = Terminal("agency", "review", city, "--by", "s1042", *ON)
    terminal.type("q quit: ", "a")
    terminal.interrupt("q quit: ")
    assert terminal.leave() == 0
    assert "1 answer saved." in terminal.shown
    assert "reviewed by s1042 on 2026-03-02" in (city / "call_types.csv").read_text()


def test_without_a_terminal_it_says_so_and_what_to_do(city: Path) -> None:
    typed = triage("agency", "review", city, "--by", "s1042")
    assert (typed.code, typed.out) == (2, "")
    for hint in ("this is no terminal", "--accept NAME", "--set NAME=CODE", "write `reviewed` into `status`", "--json"):
        assert hint in typed.err


def test_nobody_confirms_anything_without_an_id(city: Path) -> None:
    for words in ((), ("--accept", "LOUD"), ("--set", "LOUD=NOISE", "--json")):
        typed = triage("agency", "review", city, *words)
        assert (typed.code, typed.out) == (2, "")
        assert "--by ID is needed" in typed.err
    typed = triage("agency", "review", city, "--by", "Jo Smith", "--accept", "LOUD")
    assert (typed.code, "never a name" in typed.err) == (2, True)
    assert (city / "call_types.csv").read_bytes() == TYPES.encode()


def test_a_program_reads_what_is_left(city: Path) -> None:
    document = triage("agency", "review", city, "--json").document
    assert document["answered"] == []
    assert document["left"] == [item._asdict() for item in check(city).review]
    assert document["left"][0] == {
        "file": "call_types.csv",
        "line": 2,
        "kind": "call type",
        "name": "LOUD",
        "calls": 1200,
        "proposed": "NOISE",
    }


def test_a_script_answers_several_at_once(city: Path) -> None:
    words = ("--accept", "LOUD", "--accept", "priority:2", "--set", "ODD=aslt", "--set", "time_zone=America/Chicago")
    typed = triage("agency", "review", city, "--by", "s1042", *words, *ON, "--json")
    assert (typed.code, typed.err) == (0, "")
    assert typed.document["answered"] == [
        {"kind": "call type", "name": "LOUD", "answer": "NOISE"},
        {"kind": "priority", "name": "2", "answer": "low"},
        {"kind": "call type", "name": "ODD", "answer": "ASLT"},
        {"kind": "setting", "name": "time_zone", "answer": "America/Chicago"},
    ]
    assert len(typed.document["left"]) == 8
    assert "reviewed by s1042 on 2026-03-02" in (city / "priorities.csv").read_text()
    shown = triage("agency", "review", city, "--by", "s1042", "--accept", "PARKED", *ON)
    assert shown.code == 0
    assert "1 answer saved." in shown.out
    assert f"triage agency review {city} --by ID" in shown.out


def test_a_name_that_is_wrong_saves_none_of_a_scripts_answers(city: Path) -> None:
    typed = triage("agency", "review", city, "--by", "s1042", "--accept", "LOUD", "--accept", "PARKD")
    assert typed.code == 2
    assert "nothing under review is called `PARKD`; did you mean `PARKED`?" in typed.err
    assert (city / "call_types.csv").read_bytes() == TYPES.encode()


@pytest.mark.parametrize("text", ["LOUD", "=NOISE", "LOUD="])
def test_an_answer_without_a_name_or_a_code_is_refused(city: Path, text: str) -> None:
    typed = triage("agency", "review", city, "--by", "s1042", "--set", text)
    assert typed.code == 2
    assert "write NAME=CODE, for example `459R=BURG`" in typed.err


def test_a_code_that_there_is_not_is_refused_with_the_nearest(city: Path) -> None:
    typed = triage("agency", "review", city, "--by", "s1042", "--set", "LOUD=NOISY")
    assert typed.code == 2
    assert "no canonical type `NOISY`; did you mean `NOISE`?" in typed.err


def test_a_reviewed_folder_needs_no_terminal_and_no_id(tmp_path: Path) -> None:
    typed = triage("agency", "review", on_library(tmp_path))
    assert (typed.code, typed.err) == (0, "")
    assert "Nothing is left to review." in typed.out
    assert "triage check" in typed.out


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    typed = triage("agency", "review", tmp_path / "nowhere", "--by", "s1042")
    assert (typed.code, "is not there" in flat(typed.err)) == (2, True)


def test_what_is_confirmed_shows_as_a_difference_of_the_policies(city: Path, tmp_path: Path) -> None:
    before = on_library(tmp_path / "before", KINDS, {"profiles.yaml": PROFILES})
    triage("agency", "review", city, "--by", "s1042", "--accept", "LOUD")
    shown = flat(triage("policy", "diff", before, city).out)
    assert "Fewer calls sworn: a CSO may now go where an officer had to LOUD" in shown
    assert "now mapped to NOISE, before not reviewed by anybody, so sworn" in shown


def test_errors_of_the_folder_are_mentioned_and_keep_nobody_from_reviewing(city: Path) -> None:
    (city / "units.yaml").unlink()
    typed = triage("agency", "review", city, "--by", "s1042", "--accept", "LOUD", "--json")
    assert typed.code == 0
    assert len(typed.document["left"]) == 11
    assert "the folder has 1 error, so nothing is decided by it yet" in flat(typed.err)


def test_with_nothing_left_a_name_is_refused_plainly(tmp_path: Path) -> None:
    typed = triage("agency", "review", on_library(tmp_path), "--by", "s1042", "--accept", "LOUD")
    assert typed.code == 2
    assert "nothing under review is called `LOUD`; nothing is left to review" in typed.err
