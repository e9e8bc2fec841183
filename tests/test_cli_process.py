"""What only a real process shows: pipes, terminals, signals, the environment."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli_calls import ROOT, SAMPLE, SEATTLE, Desk, agency, report

COMMAND = (sys.executable, "-m", "triage.cli")
STEPS_MAX = 200


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def started(
    *words: str | Path, cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*COMMAND, *map(str, words)],
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
        cwd=cwd,
        env=environment(**(variables or {})),
    )


def finished(
    *words: str | Path, given: bytes = b"", cwd: Path | None = None, variables: Mapping[str, str] | None = None
) -> tuple[int, str, str]:
    with started(*words, cwd=cwd, variables=variables) as process:
        out, err = process.communicate(given, timeout=60)
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, agency(tmp_path / "agency"))


def at(desk: Desk) -> tuple[str, ...]:
    return ("--agency", str(desk.agency), "--log", str(desk.log))


def test_a_feed_is_handled_as_it_comes(desk: Desk) -> None:
    with started("run", "-", "--json", *at(desk)) as process:
        assert process.stdin is not None
        for number in range(3):
            process.stdin.write(json.dumps(report(f"A{number}")).encode() + b"\n")
            process.stdin.flush()
            for _ in range(STEPS_MAX):
                if desk.log.exists() and len(desk("log", "--kind", "call_reported").out.splitlines()) == number + 1:
                    break
                time.sleep(0.05)
            else:
                pytest.fail(f"report {number} was not handled while the feed stood still")
        out, err = process.communicate(b"not json\n", timeout=60)
    assert process.returncode == 0
    assert err == b"unreadable: standard input line 4: not JSON\n"
    document = json.loads(out)
    assert (document["rows"], document["reports"], document["unreadable"]) == (4, 3, 1)


@pytest.mark.published_data
def test_a_table_may_come_from_standard_input_too(tmp_path: Path) -> None:
    log = tmp_path / "triage.db"
    code, out, _ = finished("run", "-", "--json", "--agency", SEATTLE, "--log", log, given=SAMPLE.read_bytes())
    assert code == 0
    assert json.loads(out)["rows"] == 222


@pytest.mark.parametrize("given", [b"", b"\n", b"\xff\xfe\x00"])
def test_nothing_readable_on_standard_input_is_bad_input(desk: Desk, given: bytes) -> None:
    code, out, err = finished("run", "-", *at(desk), given=given)
    assert code == 2
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err


def test_an_interruption_leaves_the_log_whole_and_the_same_command_goes_on(desk: Desk) -> None:
    with started("run", "-", *at(desk)) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(report("A1")).encode() + b"\n")
        process.stdin.flush()
        for _ in range(STEPS_MAX):
            if desk.log.exists() and desk("log", "--kind", "call_reported").out:
                break
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == b""
    assert err == b"interrupted: the log is whole, and the same command goes on from there\n"
    assert desk("verify").code == 0
    assert desk.run(report("A1"), report("A2")).document["reports"] == 1


@pytest.mark.published_data
def test_a_reader_who_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    log = tmp_path / "triage.db"
    assert finished("run", SAMPLE, "--agency", SEATTLE, "--log", log)[0] == 0
    for more in ((), ("--json",)):
        with started("log", "--log", log, *more) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 0


def test_a_pipe_gets_no_colours_and_no_line_wider_than_100(desk: Desk) -> None:
    desk.run(report("A1"), report("A2", "UNSURE NOISE"))
    for words in (("queue",), ("explain", "A2"), ("check",)):
        code, out, err = finished(*words, *at(desk))
        assert code == 0
        assert err == ""
        assert "\x1b" not in out
        prose = [line for line in out.splitlines() if "triage answer" not in line and str(desk.agency) not in line]
        assert max(map(len, prose)) <= 100


def on_a_terminal(*words: str, variables: Mapping[str, str]) -> str:
    """What a terminal is sent."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", **variables),
    ) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break  # the other end is closed
            if not part:
                break
            parts.append(part)
    os.close(ours)
    assert process.returncode == 0
    return b"".join(parts).decode()


def test_a_terminal_gets_emphasis_unless_it_wants_no_colour(desk: Desk) -> None:
    desk.run(report("A1"))
    words = ("queue", *at(desk))
    assert "\x1b[1m" in on_a_terminal(*words, variables={"COLUMNS": "80"})
    plain = on_a_terminal(*words, variables={"COLUMNS": "80", "NO_COLOR": "1"})
    assert not any(f"\x1b[{colour}" in plain for colour in range(30, 50))
    assert "CSO-1: 1 call waiting" in plain


def test_the_variables_name_the_log_and_the_agency(desk: Desk) -> None:
    desk.run(report("A1", "UNSURE NOISE"))
    variables = {"TRIAGE_LOG": str(desk.log), "TRIAGE_AGENCY": str(desk.agency)}
    code, out, _ = finished("ask", "A1", variables=variables)
    assert code == 0
    assert "\n  triage answer A1 'weapon=yes|no'\n" in out, "what is set outside is not repeated"
    code, out, _ = finished("claim", "CSO-2", "--json", variables=variables)
    assert code == 1


def test_away_from_the_agencys_folder_it_says_what_to_do(tmp_path: Path) -> None:
    code, out, err = finished("run", SAMPLE, cwd=tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("error: the agency's folder `config/seattle` is not there; run triage from the folder")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_our_letters_is_no_error(desk: Desk) -> None:
    desk.run(report("A1", "NOISE \N{HORIZONTAL ELLIPSIS}\N{GREEK SMALL LETTER OMEGA}"))
    code, out, _ = finished("explain", "A1", *at(desk), variables={"PYTHONIOENCODING": "ascii"})
    assert code == 0
    assert "\\u03c9" in out


def test_a_full_disk_is_told_in_one_line(desk: Desk) -> None:
    desk.run(report("A1"))
    full = Path("/dev/full")
    if not full.exists():
        return  # only Linux has one
    with full.open("wb") as out:
        process = subprocess.run(
            [*COMMAND, "log", *at(desk)], stdout=out, stderr=subprocess.PIPE, env=environment(), check=False, timeout=60
        )
    assert process.returncode == 2
    assert process.stderr == b"error: no space left on device\n"
