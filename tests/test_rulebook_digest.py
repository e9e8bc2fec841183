"""A policy's digest changes with everything that a decision reads, and with nothing else."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from tests.rulebook_folder import FILES, edited, write
from tests.small_policy import SMALL_POLICY
from triage.domain.facts import FACTS
from triage.domain.policy import Effect, Policy
from triage.domain.roster import Weekday
from triage.domain.values import Programme
from triage.rulebook import load
from triage.rulebook.loading import check_files
from triage.rulebook.nodes import Items, Node, Scalar
from triage.rulebook.problems import Found
from triage.rulebook.yaml_file import parse

RULES = "rules/programmes.yaml"
GROUPS: tuple[tuple[str, ...], ...] = (
    *(tuple(str(value).lower() for value in spec.values) for spec in FACTS.values()),
    ("yes", "no"),
    ("none", "required"),
    ("America/Los_Angeles", "America/New_York"),
    ("weapon", "violence"),
    ("need", "language"),
    ("exact", "close"),
    ("authority", "no_authority"),
    ("police-on-request", "quiet-hours"),
    ("foot", "vehicle"),
    ("ASLT", "NOISE", "PARKING", "WELFARE", "OTHER"),
    ("calm", "nothing"),
    ("early", "late"),
    get_args(Effect),
    get_args(Programme),
    get_args(Weekday),
)
"""Words that can stand for one another."""

UNREAD = (
    "rules:examples",
    "rules:switch",
    "call_types.csv:fidelity",
    "call_types.csv:source",
    "channels.csv:source",
    "cues.yaml:cues.source",
    "dispositions.csv:apco",
    "dispositions.csv:outcome",
    "dispositions.csv:source",
    "priorities.csv:source",
    "profiles.yaml:profiles.because",
    "profiles.yaml:profiles.source",
    "units.yaml:shifts.source",
)
"""The fields that no decision reads; of two switches that are on, either is as good as the other."""


PINNED = (
    "rules:examples",
    "rules:when",
    "call_types.csv:canonical",
    "profiles.yaml:profiles.id",
    "units.yaml:shifts.id",
    "units.yaml:units.partner",
)
"""The fields that an example or another file holds in place, so that no other value is sound without a change there."""


def others(word: str) -> list[str]:
    """What could stand in the place of `word`."""
    found = [other for group in GROUPS if word in group for other in group[:3]]
    if word.isdecimal():
        found.append(str(int(word) + 1))
    found += [word + "x", "09:15", "0.5", word.replace("yes", "no"), word.replace("=no", "=yes")]
    return [other for other in dict.fromkeys(found) if other != word]


def test_every_leaf_of_the_policy_changes_the_digest(tmp_path: Path) -> None:
    policy = load(write(tmp_path))
    whole = policy.model_dump(mode="json")
    unchanged = [
        path for path in leaves(whole) if not any(changed.digest != policy.digest for changed in variants(whole, path))
    ]
    assert sum(1 for _ in leaves(whole)) > 300
    assert unchanged == []


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values that hold no other values."""
    if isinstance(value, dict | list) and value:
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def variants(whole: dict[str, Any], path: tuple[Any, ...]) -> Iterator[Policy]:
    """Sound policies that differ from `whole` in the leaf at `path` only."""
    parent: Any = whole
    for key in path[:-1]:
        parent = parent[key]
    before = parent[path[-1]]
    words = [True, False, 7, 0.5, "x1", "X-1", "09:15:00", *(word for group in GROUPS for word in group)]
    for other in [*([before + "x"] if isinstance(before, str) else []), *words]:
        if other != before or isinstance(other, bool) != isinstance(before, bool):
            parent[path[-1]] = other
            try:
                policy = Policy.model_validate_json(json.dumps(whole))
            except ValidationError:
                continue
            finally:
                parent[path[-1]] = before
            yield policy
            return


@pytest.mark.parametrize(
    "changes",
    [
        edited(RULES, "because: It is only noise.", "because: >-\n    It is\n    only   noise."),
        edited(RULES, "because: It is only noise.", "because: 'It is only noise.' # a comment"),
        edited(RULES, "{nature: [NOISE], weapon: [false]}", "\n    weapon:\n      - No\n    'nature': [\"NOISE\"]"),
        edited(RULES, "[none, verbal]", "[verbal, none]"),
        edited(RULES, "{nature: WELFARE, domestic: verbal}", "{nature: WELFARE, domestic: none}"),
        edited(RULES, "    - {given: {nature: NOISE}, matches: null}\n", "    - {matches: ~, given: {weapon: no}}\n"),
        edited(RULES, "because: Nobody else works then.", "because: Nothing hangs on a rule that is off."),
        {"rules/programmes.yaml": FILES["rules/programmes.yaml"].replace("\n", "\r\n")},
        {"rules/danger.yaml": "# danger to life first\n\n" + FILES["rules/danger.yaml"]},
        edited("priorities.csv", "1,emergency,assumption\n2,urgent,assumption\n", "2,urgent,x\n1,emergency,y\n"),
        edited("agency.yaml", "authority_limit: 0.01", "authority_limit: 0.010"),
        edited("units.yaml", "[tuesday, monday]", "[monday, tuesday]"),
        edited("units.yaml", "start: 10:30", "start: '10:30'"),
        edited("units.yaml", 'end: "19:00", source: assumption', "end: 19:00, source: the seeds"),
        edited("call_types.csv", "NOISE,exact,calm", "NOISE,close,calm"),
        edited("call_types.csv", '"one, two"', "three"),
        edited("call_types.csv", "weapon=yes violence=yes", "violence=yes  weapon=true"),
        edited("dispositions.csv", "Arrest,03,", "Arrest,,"),
        edited("profiles.yaml", "because: Nobody to confront.", "because: Somebody else's words."),
        {"README.md": "Read me.", "rules/README.md": "Me too."},
    ],
)
def test_examples_comments_and_formatting_do_not_change_the_digest(tmp_path: Path, changes: Mapping[str, str]) -> None:
    assert load(write(tmp_path / "changed", changes)).digest == load(write(tmp_path / "plain")).digest


def test_the_order_of_rules_changes_the_digest(tmp_path: Path) -> None:
    text = FILES["rules/danger.yaml"]
    second = text.index("- id: sworn-if-violence")
    third = text.index("- id: sworn-if-medical")
    turned = {"rules/danger.yaml": text[second:third] + text[:second] + text[third:]}
    assert load(write(tmp_path / "turned", turned)).digest != load(write(tmp_path / "plain")).digest


def test_every_value_in_the_files_changes_the_digest_unless_no_decision_reads_it() -> None:
    files = {name: text.encode() for name, text in FILES.items()}
    files["agency.yaml"] = files["agency.yaml"].replace(b"quiet-hours: false", b"quiet-hours: true")
    dangers = files["rules/danger.yaml"].split(b"- id: ")
    files["rules/danger.yaml"] = b"- id: " + next(text for text in dangers if b"switch" in text)
    before = digest(files)
    assert before is not None
    tried, heeded, wrong = set(), set(), []
    for name, field, data in changed_files(files):
        after = digest({**files, name: data})
        place = f"{name.split('/')[0]}:{field}"
        tried.add(place)
        if after is not None:
            heeded.add(place)
            if (after == before) != place.startswith(UNREAD):
                wrong.append(place)
    assert wrong == []
    assert [place for place in sorted(tried - heeded) if not place.startswith(PINNED)] == []


def digest(files: Mapping[str, bytes]) -> str | None:
    """The digest of the policy that these files make, None where they make none."""
    policy = check_files(files, []).policy
    return None if policy is None else policy.digest


def changed_files(files: Mapping[str, bytes]) -> Iterator[tuple[str, str, bytes]]:
    """Each file with one value changed, and the field that this value is in."""
    for name, data in files.items():
        read = changed_rows if name.endswith(".csv") else changed_document
        for field, changed in read(data):
            yield name, field, changed


def changed_rows(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A table with one cell changed, and the column of this cell."""
    rows = list(csv.reader(io.StringIO(data.decode())))
    for row in rows[1:]:
        for column, cell in enumerate(row):
            for other in others(cell):
                row[column] = other
                out = io.StringIO()
                csv.writer(out).writerows(rows)
                yield rows[0][column], out.getvalue().encode()
            row[column] = cell


def changed_document(data: bytes) -> Iterator[tuple[str, bytes]]:
    """A document with one value changed, and the field of this value."""
    node = parse(data, Found("x.yaml", []))
    assert node is not None
    for field, value in scalars(node, ""):
        for other in others(value.text):
            yield field, written(node, value, other).encode()


def scalars(node: Node, field: str) -> Iterator[tuple[str, Scalar]]:
    """Each value in `node` and its field."""
    if isinstance(node, Scalar):
        yield field, node
    elif isinstance(node, Items):
        for entry in node.entries:
            yield from scalars(entry, field)
    else:
        for key, entry in node.entries:
            yield from scalars(entry, f"{field}.{key.text}".lstrip("."))


def written(node: Node, old: Scalar, new: str) -> str:
    """`node` as YAML on one line, with `new` where `old` stands."""
    if node is old:
        return json.dumps(new)
    if isinstance(node, Scalar):
        return "null" if node.is_null else json.dumps(node.text)
    if isinstance(node, Items):
        return f"[{', '.join(written(entry, old, new) for entry in node.entries)}]"
    return f"{{{', '.join(f'{json.dumps(key.text)}: {written(entry, old, new)}' for key, entry in node.entries)}}}"


ROUTES = {
    "rules": SMALL_POLICY.rules[1:],
    "call_types": SMALL_POLICY.call_types[1:],
    "cues": SMALL_POLICY.cues[1:],
    "negations": SMALL_POLICY.negations[1:],
    "priorities": {"1": "emergency"},
    "channels": {"911": "911"},
}
ELSE = {
    "agency": "Bigville Police",
    "time_zone": "America/New_York",
    "classifier": "required",
    "authority_limit": 0.05,
    "override_reasons": {},
    "dispositions": (),
    "roster": SMALL_POLICY.roster.model_copy(update={"warn_minutes": 5}),
}


def test_a_models_rules_are_all_that_a_route_depends_on_and_nothing_else() -> None:
    assert {*ROUTES, *ELSE} == {*Policy.model_fields}, "a new field of the policy: does a route depend on it?"
    for name, value in {**ROUTES, **ELSE}.items():
        changed = SMALL_POLICY.model_copy(update={name: value})
        assert changed.digest != SMALL_POLICY.digest, name
        assert (changed.routing_digest != SMALL_POLICY.routing_digest) == (name in ROUTES), name
