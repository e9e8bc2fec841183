"""A policy made ready to decide with: its judge, call-type table, cues and mappings, built once."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from triage.domain.call_types import CallTypes
from triage.domain.cues import CueMatcher
from triage.domain.events import Evidence, Particulars
from triage.domain.evidence import NOTHING_KNOWN, merge, nothing_known, resolve
from triage.domain.facts import Facts, FactValue
from triage.domain.judge import Judge
from triage.domain.policy import Policy

PLAIN_CALLS_MAX: Final = 10_000
"""How many combinations of call type, priority and channel are remembered, about two kilobytes each."""


class Weighed(NamedTuple):
    """All evidence about a call, and what it makes of each fact."""

    evidence: Evidence
    facts: Mapping[str, FactValue | None]


class Desk:
    """All that a decision reads beside the call: a policy, compiled.

    `digest` is the one that decisions name; a policy read back from a log keeps the digest that it had there.
    """

    def __init__(self, policy: Policy, digest: str | None = None) -> None:
        self.policy = policy
        self.digest = policy.digest if digest is None else digest
        self.zone = ZoneInfo(policy.time_zone)
        self.judge = Judge(policy)
        self.call_types = CallTypes(policy.call_types)
        self.cues = CueMatcher(policy.cues, policy.negations)
        self.roster = policy.roster
        self.cso_dispositions = tuple(item.code for item in policy.dispositions if item.cso)
        self._priorities = {code.upper(): level for code, level in policy.priorities.items()}
        self._channels = {name.upper(): channel for name, channel in policy.channels.items()}
        self._given: dict[tuple[str | None, str | None], Facts] = {}
        self._weigh_plain: Final = lru_cache(maxsize=PLAIN_CALLS_MAX)(self._weigh)

    def weigh(self, said: Particulars, reported: Facts, cue: Facts, answered: Facts) -> Weighed:
        """All evidence about a call: what its type presumes, what CAD states, what cues and answers say.

        Of most calls nothing is known but type, priority and channel: what these come to is worked out once.
        """
        if nothing_known(reported) and nothing_known(cue) and nothing_known(answered):
            return self._weigh_plain(said.call_type, said.priority, said.channel)
        return self._weigh(said.call_type, said.priority, said.channel, reported, cue, answered)

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

    def _weigh(  # noqa: PLR0913, PLR0917 - what is known of a call has six origins
        self,
        call_type: str,
        priority: str | None,
        channel: str | None,
        reported: Facts = NOTHING_KNOWN,
        cue: Facts = NOTHING_KNOWN,
        answered: Facts = NOTHING_KNOWN,
    ) -> Weighed:
        stated = merge(self.given(priority, channel), reported, newer=True)
        evidence = Evidence(presumed=self.presumed(call_type), reported=stated, cue=cue, answered=answered)
        return Weighed(evidence, MappingProxyType(resolve(evidence)))
