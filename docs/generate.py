"""Writes the parts of the documentation that the code and the policy already say; `--check` only compares.

Exit code 0: written, or current; 1: with `--check`, a file is stale.
"""

import ast
import csv
import inspect
import io
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final, get_args

from triage.cli import main as triage
from triage.cli.app import COMMANDS
from triage.domain import events, values
from triage.domain.desk import Desk
from triage.domain.events import Evidence
from triage.domain.evidence import resolve
from triage.domain.facts import FACTS, FactSpec, FactValue
from triage.domain.judge import Verdict
from triage.rulebook import load
from triage.schemas import schema_text

ROOT: Final = Path(__file__).parents[1]
NOTE: Final = "Made by `make docs`; do not edit.\n"
ALIASES: Final = ("Route", "Programme", "HandBackReason", "NotServedReason", "Relation")
PARTS: Final = ("Particulars", "Evidence", "Assessment", "Considered")
ORDINARY_PRIORITY: Final = "3"
ORDINARY_CHANNEL: Final = "911"
WORDS: Final = {
    "Actor": "actor",
    "AwareDatetime": "time",
    "CallId": "call id",
    "Slug": "name",
    "Text": "text",
    "UnitId": "unit id",
    "bool": "yes or no",
    "float": "number",
    "int": "number",
    "str": "text",
}
"""How the types of fields are called in prose; the others keep their own names."""


def documents() -> dict[str, str]:
    """Every generated file's text, by its name in `docs/`."""
    return {
        "commands.md": commands_page(),
        "decision-table.csv": decision_table(),
        "events.md": events_page(),
        "facts.md": facts_page(),
        "schemas/report.schema.json": schema_text("report"),
    }


def commands_page() -> str:
    """What every command says of itself."""
    lines = ["# Commands\n", NOTE, "What `triage COMMAND --help` says. In short: [reference.md](reference.md).\n"]
    for name, *_ in COMMANDS:
        lines += [f"## triage {name}\n", "```text", _help(name), "```\n"]
    return "\n".join(lines)


def events_page() -> str:
    """Every kind of event with its fields."""
    declared = _declared_fields()
    lines = [
        "# Events\n",
        NOTE,
        "What the log holds. The stored name of an event is its kind: a class may be renamed, a kind never. Every",
        "event of a call has these fields, and is stored with `recorded_at`, our clock:\n",
        *_table(declared["Happened"]),
    ]
    for event in get_args(events.Event):
        lines += [f"\n## `{event.model_fields['kind'].default}`\n", _summary(event)]
        fields = {name: kind for name, kind in declared[event.__name__].items() if name != "kind"}
        lines += ["", *_table(fields)] if fields else []
    lines += ["\n## Values of these types\n", "| type | values |", "|---|---|"]
    for alias in ALIASES:
        options = get_args(getattr(events, alias, None) or getattr(values, alias))
        lines.append(f"| {alias} | {_listed(options)} |")
    for part in PARTS:
        lines += [f"\n### {part}\n", _summary(getattr(events, part)), "", *_table(declared[part])]
    lines.append(
        "\n`Facts`: see [facts.md](facts.md); only known ones are stored. `Policy`: an agency's folder, whole."
    )
    return "\n".join(lines) + "\n"


def facts_page() -> str:
    """Every fact with its values and its question."""
    lines = [
        "# Facts\n",
        NOTE,
        "What can be known of a call. A fact that nobody asked is unknown, never *no*. The values of a danger stand in",
        "order, the safest first. Facts without a question come from CAD or from the agency's call-type table.\n",
        "| fact | values | danger | question or meaning |",
        "|---|---|---|---|",
    ]
    for name, spec in FACTS.items():
        options = _listed(spec.values) if spec.values else "the agency's canonical call types"
        question = spec.question if spec.asked else f"*{spec.question}*"
        lines.append(f"| `{name}` | {options} | {'yes' if spec.ordered else ''} | {question} |")
    return "\n".join(lines) + "\n"


def decision_table() -> str:
    """What the rules say of every Seattle call type in an ordinary report, and if all dangers are answered safely.

    Ordinary: priority 3, by 911, no narrative. Units do not come into it: this is what the rules allow.
    """
    desk = Desk(load(ROOT / "config" / "seattle"))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["call_type", "nature", "route", "because", "open_questions", "if_answered_safely", "because_then"])
    for call_type in sorted(desk.policy.call_types, key=lambda entry: entry.name):
        given = desk.given(ORDINARY_PRIORITY, ORDINARY_CHANNEL)
        facts = resolve(Evidence(presumed=call_type.presumes, reported=given))
        first = desk.judge.by_rules(facts)
        then = _answered_safely(desk, facts)
        changed = [then.route, " ".join(then.because)] if then.route != first.route else ["", ""]
        because, questions = " ".join(first.because), " ".join(first.open_questions)
        table.writerow([call_type.name, call_type.canonical, first.route, because, questions, *changed])
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write what is stale, or with `--check` name it."""
    stale = [name for name, text in documents().items() if _read(ROOT / "docs" / name) != text]
    if arguments == ["--check"]:
        for name in stale:
            print(f"docs/{name} is not what the code says now: run `make docs`", file=sys.stderr)
        return 1 if stale else 0
    for name, text in documents().items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")
    print(f"written: {', '.join(stale) or 'nothing, all is current'}")
    return 0


def _help(command: str) -> str:
    os.environ |= {"COLUMNS": "100", "NO_COLOR": "1"}
    for name in ("TRIAGE_AGENCY", "TRIAGE_LOG"):
        os.environ.pop(name, None)  # a reader's own defaults are not the program's
    said = io.StringIO()
    with redirect_stdout(said):
        triage([*command.split(), "--help"])
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines())


def _answered_safely(desk: Desk, facts: dict[str, FactValue | None]) -> Verdict:
    """The verdict once every open question about a danger has its safest answer."""
    facts = dict(facts)
    while True:
        verdict = desk.judge.by_rules(facts)
        dangers = [FACTS[name] for name in verdict.open_questions if FACTS[name].ordered]
        if not dangers:
            return verdict
        facts |= {spec.name: _safest(spec) for spec in dangers}


def _safest(spec: FactSpec) -> FactValue:
    return spec.values[0]


def _declared_fields() -> dict[str, dict[str, str]]:
    """The fields of every class in the events module as they are written there: name to type."""
    tree = ast.parse(inspect.getsource(events))
    return {node.name: dict(_fields(node)) for node in tree.body if isinstance(node, ast.ClassDef)}


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            kind = item.annotation
            while isinstance(kind, ast.Subscript) and ast.unparse(kind.value) == "Annotated":
                assert isinstance(kind.slice, ast.Tuple)
                kind = kind.slice.elts[0]
            yield item.target.id, _spelled(kind)


def _spelled(kind: ast.expr) -> str:
    """A type in words: `X | None` may be missing, `tuple[X, ...]` is a list."""
    if isinstance(kind, ast.BinOp):
        return f"{_spelled(kind.left)}, or none"
    if isinstance(kind, ast.Subscript) and ast.unparse(kind.value) == "Annotated":
        assert isinstance(kind.slice, ast.Tuple)
        return _spelled(kind.slice.elts[0])
    if isinstance(kind, ast.Subscript) and ast.unparse(kind.value) == "tuple":
        assert isinstance(kind.slice, ast.Tuple)
        return f"list of {_spelled(kind.slice.elts[0])}"
    return WORDS.get(ast.unparse(kind), ast.unparse(kind))


def _table(fields: dict[str, str]) -> list[str]:
    return ["| field | type |", "|---|---|", *(f"| `{name}` | {kind} |" for name, kind in fields.items())]


def _summary(thing: Any) -> str:
    return inspect.getdoc(thing) or ""


def _listed(options: tuple[FactValue, ...]) -> str:
    words = {False: "no", True: "yes"}
    return ", ".join(f"`{words[option] if isinstance(option, bool) else option}`" for option in options)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
