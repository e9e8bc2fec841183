"""The commands by name. Each is loaded only when it is asked for, so that `triage --help` is quick."""

from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from cyclopts import App, Group

from triage.cli.manual import Manual

_DAILY: Final = Group("Calls and queues", sort_key=1)
_UNITS: Final = Group("The life of a call with a CSO unit", sort_key=2)
_RECORD: Final = Group("The record", sort_key=3)
_POLICY: Final = Group("The policy", sort_key=4)

COMMANDS: Final = (
    ("run", "triage.cli.run:run", _DAILY, "Read calls from files, triage each, append what happened to the log."),
    ("queue", "triage.cli.queue:queue", _DAILY, "What waits for each CSO unit, most urgent first."),
    ("explain", "triage.cli.explain:explain", _DAILY, "One call's whole story: facts, verdict, rules, who and when."),
    ("ask", "triage.cli.ask:ask", _DAILY, "The next screening question for a call."),
    ("answer", "triage.cli.ask:answer", _DAILY, "Answer a screening question; the call is triaged again."),
    ("override", "triage.cli.decisions:override", _DAILY, "A person decides the route, with a reason code."),
    ("link", "triage.cli.decisions:link", _DAILY, "Say that two calls are about one incident, or related."),
    (
        "not-served",
        "triage.cli.not_served:not_served",
        _DAILY,
        "Calls that a CSO could have had but none took, by reason.",
    ),
    ("claim", "triage.cli.units:claim", _UNITS, "A unit takes a call, or the most urgent one of its queue."),
    ("release", "triage.cli.units:release", _UNITS, "A unit puts a call back into its queue."),
    ("en-route", "triage.cli.units:en_route", _UNITS, "A unit is on its way."),
    ("on-scene", "triage.cli.units:on_scene", _UNITS, "A unit has arrived."),
    ("backup", "triage.cli.units:backup", _UNITS, "A unit asks for an officer."),
    ("hand-back", "triage.cli.units:hand_back", _UNITS, "A unit returns a call, with a reason."),
    ("clear", "triage.cli.units:clear", _UNITS, "Close a call with a disposition."),
    ("tick", "triage.cli.tick:tick", _UNITS, "Let time pass: holds expire, shifts end."),
    ("log", "triage.cli.log:log", _RECORD, "The log of events, in order."),
    ("verify", "triage.cli.verify:verify", _RECORD, "Recompute every decision in the log; name any that differs."),
    ("rebuild", "triage.cli.rebuild:rebuild", _RECORD, "Throw a projection away and fold it again from the log."),
    ("check", "triage.cli.check:check", _POLICY, "Load an agency's folder and run every rule's examples."),
)
"""Name, where it is, its group, and what it does in one line."""

HELP: Final = """\
Does this call need a sworn officer, or can an unarmed Community Service Officer (CSO) take it? Every decision goes to
an append-only log with its reasons; everything else here reads that log."""

EPILOGUE: Final = """\
A first look:

  triage run calls.csv          decide a file of calls
  triage queue                  what waits for each CSO unit
  triage explain 2023000319821  why one call went where it did
  triage COMMAND --help         what a command takes, with examples

Exit codes:

  0    done
  1    found what it looks for (a mismatch, a problem in the policy), or
       refused, because the state of the call does not allow it
  2    bad usage or bad input
  130  interrupted"""


def make_app(asked: Sequence[str] = ()) -> App:
    """The command line, without running anything. A command among `asked` explains itself, the others in one line."""
    app = App(
        name="triage",
        help=HELP,
        help_format="plaintext",
        help_epilogue=EPILOGUE,
        help_formatter=Manual(),
        version=_version,
        suppress_keyboard_interrupt=False,
        group_commands=Group("Options", sort_key=99),
        group_parameters=Group("Options", sort_key=50),
    )
    for place, (name, where, group, line) in enumerate(COMMANDS):
        app.command(
            where, name=name, help=None if name in asked else line, help_epilogue="", group=group, sort_key=place
        )
    return app


def _version() -> str:
    try:
        return version("triage")
    except PackageNotFoundError:  # run from its folder without having been installed
        return "not installed"
