"""All that differs between two policies."""

from typing import NamedTuple

from triage.domain.policy import Policy
from triage.policy_diff.changes import DIRECTIONS, Change, Line, changed
from triage.policy_diff.parts import part_changes
from triage.policy_diff.routes import Asked, Code, Moved, compare
from triage.policy_diff.rules import rule_changes


class PolicyDiff(NamedTuple):
    """What differs: call types that go elsewhere, those with other open questions, and every change behind it.

    Each is in the order of safety: what can make fewer calls sworn comes first. `priorities` and `channels` are all the
    codes at which call types were judged; None stands for a call without one, or with one that the policy lacks.
    """

    before: str
    after: str
    moved: tuple[Moved, ...]
    asked: tuple[Asked, ...]
    changes: tuple[Change, ...]
    priorities: tuple[Code, ...]
    channels: tuple[Code, ...]

    @property
    def is_same(self) -> bool:
        """Whether both are the same policy: nothing that a decision reads differs."""
        return self.before == self.after


def diff(before: Policy, after: Policy) -> PolicyDiff:
    """What differs between two policies. Nothing does if their digests are the same."""
    if before.digest == after.digest:
        return PolicyDiff(before.digest, after.digest, (), (), (), (), ())
    found = compare(before, after)
    changes = [*rule_changes(before.rules, after.rules), *part_changes(before, after)]
    if not changes:
        changes = changed("setting", "policy", [Line("it is written otherwise; every part of it is equal")])
    changes.sort(key=lambda change: DIRECTIONS.index(change.direction))
    return PolicyDiff(
        before.digest, after.digest, found.moved, found.asked, tuple(changes), found.priorities, found.channels
    )
