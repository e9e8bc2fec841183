import shlex

import pytest

from tests.cli_calls import flat, triage
from triage.cli.app import COMMANDS, make_app

NAMES = [name for name, *_ in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_teaches_with_an_example(name: str) -> None:
    typed = triage(*name.split(), "--help")
    assert typed.code == 0
    assert typed.err == ""
    assert f"Usage: triage {name}" in typed.out
    assert f"\n    triage {name}" in typed.out.partition("For example:")[2]
    assert "--agency DIR" in typed.out
    assert "--log PATH" in typed.out
    assert "--json" in typed.out


@pytest.mark.parametrize("name", NAMES)
def test_every_example_can_be_typed(name: str) -> None:
    help_text = triage(*name.split(), "--help").out
    examples = [line.strip() for line in help_text.partition("For example:")[2].splitlines() if line.startswith("    ")]
    typed = [part for line in examples for part in line.split(" | ") if part.startswith("triage ")]
    assert typed
    for example in typed:
        words = shlex.split(example.partition(" > ")[0])[1:]
        command, _, _ = make_app(words).parse_args(words, exit_on_error=False, print_error=False)
        meant = max(
            (entry for entry in COMMANDS if " ".join(words).startswith(entry[0])), key=lambda entry: len(entry[0])
        )
        assert f"{command.__module__}:{command.__name__}" == meant[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_command_says_what_it_prints_for_programs(name: str) -> None:
    assert "With --json:" in triage(*name.split(), "--help").out


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_help_is_wider_than_a_terminal(name: str) -> None:
    for line in (triage(*name.split(), "--help").out + triage("--help").out).splitlines():
        assert len(line) <= 100, line


@pytest.mark.parametrize(
    "name", ["claim", "release", "en-route", "on-scene", "backup", "hand-back", "clear", "answer", "override", "link"]
)
def test_whoever_acts_can_act_as_of_another_moment(name: str) -> None:
    typed = triage(name, "--help")
    assert "--now TIME says when" in flat(typed.out)


def test_the_overview_names_every_command_and_every_exit_code() -> None:
    overview = triage("--help").out
    for name, _, _, line in COMMANDS:
        assert f"\n  {name} " in overview
        assert line in flat(overview)
    for code in ("  0    done", "  1    found", "  2    bad usage", "  130  interrupted"):
        assert code in overview


@pytest.mark.parametrize("family", sorted({name.split()[0] for name in NAMES if " " in name}))
def test_a_family_of_commands_shows_its_members(family: str) -> None:
    members = [name.split()[1] for name in NAMES if name.startswith(f"{family} ")]
    assert members
    for member in members:
        assert f"\n  {member}" in triage(family).out


def test_nothing_typed_shows_the_overview() -> None:
    assert triage().out == triage("--help").out


def test_commands_are_loaded_only_when_asked_for() -> None:
    app = make_app(["queue"])
    assert not any(getattr(command, "is_resolved", False) for command in app._commands.values())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["quue"], "no command `quue`; did you mean `queue`?"),
        (["agency", "nwe"], "no command `agency nwe`; did you mean `agency new`?"),
        (["queue", "--att", "now"], "unknown option: --att. Did you mean --at?"),
        (["queue", "--at"], "`triage queue` needs a value after --at"),
        (["queue", "A", "B"], "too much: `B`"),
        (["explain"], "`triage explain` needs CALL"),
        (["link", "A", "B"], "`triage link` needs --as"),
        (["link", "A", "B", "--as", "duplicat"], "invalid value `duplicat` for --as"),
        (["override", "A", "--route", "swon", "--reason", "x", "--by", "y"], "Did you mean `sworn`?"),
        (["hand-back", "CSO-1", "A", "--reason", "capcity"], "Did you mean `capacity`?"),
        (["log", "--after", "x"], "invalid value for --after: unable to convert `x` into int"),
        (["log", "--after", "-1"], "`-1` is no position"),
        (["log", "--kind", "call_triagd"], "no event is of the kind `call_triagd`; did you mean `call_triaged`?"),
        (["rebuild", "cso_queue"], "no projection `cso_queue`; did you mean `cso_queues`?"),
        (["run"], "no file given"),
        (["run", "--jsn", "calls.csv"], "no option `--jsn`; did you mean `--json`?"),
        (["run", "-", "calls.csv"], "`-` stands alone"),
    ],
)
def test_bad_usage_names_what_was_typed_and_what_was_meant(words: list[str], says: str) -> None:
    typed = triage(*words)
    assert typed.code == 2
    assert typed.out == ""
    assert typed.err.startswith("error: ")
    assert says in typed.err
    assert "Traceback" not in typed.err
