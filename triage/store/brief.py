"""Reports and decisions without the facts in them, for a reader of many events that has no use for facts.

Facts are most of what is stored of a call and most of what reading it costs. What is left out is not looked at: it
reads as *nothing known*, whatever is stored. A brief event is an event to whoever matches on its class, but no log
stores it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pydantic import ConfigDict, Field

from triage.domain.events import CallReported, CallTriaged, Evidence
from triage.domain.facts import Facts
from triage.domain.values import Value

_NOWHERE: Final = ""
"""The name of no field that is ever stored."""


class BriefReported(CallReported):
    """A report without what it said of facts."""

    model_config = ConfigDict(extra="ignore")

    reported: Facts = Field(default=Facts(), validation_alias=_NOWHERE)
    cue: Facts = Field(default=Facts(), validation_alias=_NOWHERE)


class BriefTriaged(CallTriaged):
    """A decision without its evidence."""

    model_config = ConfigDict(extra="ignore")

    evidence: Evidence = Field(default=Evidence(), validation_alias=_NOWHERE)


BRIEF: Final[Mapping[str, type[Value]]] = MappingProxyType(
    {"call_reported": BriefReported, "call_triaged": BriefTriaged}
)
"""The brief class of each kind that has one; the events of all other kinds are brief as they are."""
