"""The call types of which an agency says why they may reach a CSO although authority was used in more than a few."""

from pathlib import Path
from typing import Final, NamedTuple

from triage.domain.call_types import CallTypes, normalised
from triage.domain.errors import nearest
from triage.domain.policy import Policy
from triage.rulebook import Problem, RulebookError
from triage.rulebook.csv_file import CSV_MAX_BYTES, rows
from triage.rulebook.fields import Once, Row, reason, short_text
from triage.rulebook.problems import Found, show

ACCEPTED: Final = "accepted_risks.csv"
COLUMNS: Final = ("call_type", "reason", "source")


class AcceptedRisk(NamedTuple):
    """Why a call type stays where it is, and on what that rests."""

    reason: str
    source: str


def read_accepted(folder: Path, policy: Policy) -> dict[str, AcceptedRisk]:
    """The accepted risks of an agency's folder by call type, as names are compared; none where it has no such file.

    Raises `RulebookError` with everything that is wrong with the file, an unknown call type too.
    """
    problems: list[Problem] = []
    found = Found(ACCEPTED, problems)
    try:
        with (folder / ACCEPTED).open("rb") as file:
            data = file.read(CSV_MAX_BYTES + 1)
    except FileNotFoundError:
        return {}
    known = CallTypes(policy.call_types)
    once = Once()
    accepted = {}
    for at in rows(data, COLUMNS, found) or ():
        row = Row(at, COLUMNS)
        name = row.need("call_type", short_text)
        why, source = row.need("reason", reason), row.need("source", reason)
        once.claim(row.at_field("call_type"), None if name is None else normalised(name))
        if name is not None and known.find(name) is None:
            near = nearest(normalised(name), {normalised(entry.name) for entry in policy.call_types})
            found.error(at.node.line, "call_type", f"`{show(name)}` is not in the call-type table", near)
        if name is not None and why is not None and source is not None:
            accepted[normalised(name)] = AcceptedRisk(why, source)
    if problems:
        raise RulebookError(problems)
    return accepted
