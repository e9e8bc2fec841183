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
_CLASSIFIER: Final = Group("The classifier", sort_key=5)
_AGENCY: Final = Group("Another agency", sort_key=6)
_EXCHANGE: Final = Group("Other systems", sort_key=7)

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
    ("outcomes", "triage.cli.outcomes:outcomes", _POLICY, "How calls ended, by the route that they would get."),
    ("policy diff", "triage.cli.policy:diff", _POLICY, "What differs between two policies, in words."),
    (
        "train",
        "triage.cli.train:train",
        _CLASSIFIER,
        "Learn from calls and how they ended: a model, its ceiling, its card.",
    ),
    (
        "shadow",
        "triage.cli.shadow:shadow",
        _CLASSIFIER,
        "Where calls would have gone by another policy or model, and how they ended.",
    ),
    (
        "model show",
        "triage.cli.model_show:show",
        _CLASSIFIER,
        "The card of the agency's model, caveats first; as a page with pictures.",
    ),
    (
        "model evaluate",
        "triage.cli.model_evaluate:evaluate",
        _CLASSIFIER,
        "What rules and model make of past calls, and how these ended.",
    ),
    ("agency new", "triage.cli.agency_new:new", _AGENCY, "A new agency's folder, proposed from its own calls."),
    ("agency review", "triage.cli.agency_review:review", _AGENCY, "Walk through what nobody has confirmed yet."),
    ("eido", "triage.cli.eido:eido", _EXCHANGE, "A call as a NENA EIDO document, with our advice in it."),
    ("schema report", "triage.cli.schema:report", _EXCHANGE, "The JSON Schema of a report, for a CAD that feeds us."),
)
"""Name, where it is, its group, and what it does in one line. The first of two words is a family of commands."""

FAMILIES: Final = {
    "agency": "An agency's own folder.",
    "model": "The trained classifier of an agency.",
    "policy": "What the rules say, as a whole.",
    "schema": "The shapes of what is exchanged.",
}

HELP: Final = """\
Does this call need a sworn officer, or can an unarmed Community Service Officer (CSO) take it? Every decision goes to
an append-only log with its reasons; everything else here reads that log."""

HELP_EPILOGUE: Final = """\
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
    app = _app("triage", HELP, HELP_EPILOGUE)
    typed = " ".join(asked)
    families: dict[str, App] = {}
    for place, (name, where, group, line) in enumerate(COMMANDS):
        family, _, own = name.rpartition(" ")
        parent = app
        if family and family in asked:  # what belongs to a family stands in the overview, and in the family's own
            if family not in families:
                families[family] = _app(family, FAMILIES[family], "")
                app.command(families[family])
            parent = families[family]
        explains = typed == name or typed.startswith(f"{name} ")
        parent.command(
            where,
            name=own if parent is not app else name,
            help=None if explains else line,
            help_epilogue="",
            group=group,
            sort_key=place,
        )
    return app


def _app(name: str, says: str, epilogue: str) -> App:
    return App(
        name=name,
        help=says,
        help_format="plaintext",
        help_epilogue=epilogue,
        help_formatter=Manual(),
        version=_version,
        suppress_keyboard_interrupt=False,
        group_commands=Group("Options", sort_key=99),
        group_parameters=Group("Options", sort_key=50),
    )


def _version() -> str:
    try:
        return version("triage")
    except PackageNotFoundError:  # run from its folder without having been installed
        return "not installed"
