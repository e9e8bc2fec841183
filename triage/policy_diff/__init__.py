"""What differs between two policies, in words: what sends fewer calls to an officer comes first."""

from triage.policy_diff.changes import Change, Direction, Group
from triage.policy_diff.difference import PolicyDiff, diff
from triage.policy_diff.routes import Asked, Code, Moved

__all__ = ["Asked", "Change", "Code", "Direction", "Group", "Moved", "PolicyDiff", "diff"]
