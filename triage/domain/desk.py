"""A policy made ready to decide with: its judge, call-type table, cues and mappings, built once."""

from triage.domain.call_types import CallTypes
from triage.domain.cues import CueMatcher
from triage.domain.facts import Facts
from triage.domain.judge import Judge
from triage.domain.policy import Policy


class Desk:
    """All that a decision reads beside the call: a policy, compiled."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.digest = policy.digest
        self.judge = Judge(policy)
        self.call_types = CallTypes(policy.call_types)
        self.cues = CueMatcher(policy.cues, policy.negations)
        self.roster = policy.roster
        self.cso_dispositions = tuple(item.code for item in policy.dispositions if item.cso)
        self._priorities = {code.upper(): level for code, level in policy.priorities.items()}
        self._channels = {name.upper(): channel for name, channel in policy.channels.items()}
        self._given: dict[tuple[str | None, str | None], Facts] = {}

    def presumed(self, call_type: str) -> Facts:
        """What the call type presumes; nothing, not even a nature, for a type that the table does not know."""
        found = self.call_types.find(call_type)
        return Facts() if found is None else found.presumes

    def given(self, priority: str | None, channel: str | None) -> Facts:
        """The facts that CAD's own priority and channel state, on our scales; unknown where the agency maps none."""
        level = None if priority is None else self._priorities.get(priority.upper())
        way = None if channel is None else self._channels.get(channel.upper())
        facts = self._given.get((level, way))
        if facts is None:
            facts = self._given[level, way] = Facts.model_validate({"priority": level, "channel": way})
        return facts
