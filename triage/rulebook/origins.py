"""Where an effective rule comes from, and what an agency changed in it and why."""

from typing import NamedTuple


class Overridden(NamedTuple):
    """Where an agency overrides a library's rule, and why; `off` says that the rule does not apply there at all."""

    file: str
    line: int
    reason: str
    off: bool


class Origin(NamedTuple):
    """A rule's id and effect, and where it stands, as seen from the agency's folder."""

    rule_id: str
    effect: str
    file: str
    line: int
    overridden: Overridden | None
