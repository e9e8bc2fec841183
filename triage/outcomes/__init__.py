"""How calls ended, beside the route that the engine would have given them at their first report, with nothing asked.

    counts = count(load(folder), load_outcomes(folder), [read_file(Path("calls.csv.gz"), columns, zone)])
    used = counts.outcomes.authority_used       # a share of the decided outcomes, with its 95 % interval
    rows = type_rows(counts)                    # the same call type by call type, most calls first

Every outcome followed a sworn response. So the label is *authority used*, never "needed an officer", and no figure here
says what a CSO would have achieved.
"""

from triage.outcomes.accepted import ACCEPTED, AcceptedRisk, read_accepted
from triage.outcomes.advice import Advice, Adviser
from triage.outcomes.call_types import AUTHORITY_LOW_MAX, AUTHORITY_SHARE_MAX, TypeRow, type_rows
from triage.outcomes.classes import OUTCOMES, WORDS, Ending, Outcome
from triage.outcomes.counts import Call, Counts, Outcomes, count
from triage.outcomes.descriptions import read_descriptions, titled
from triage.outcomes.endings import Ended, endings
from triage.outcomes.groups import GROUPINGS, Group, Grouping, groups
from triage.outcomes.wilson import Share

__all__ = [
    "ACCEPTED",
    "AUTHORITY_LOW_MAX",
    "AUTHORITY_SHARE_MAX",
    "GROUPINGS",
    "OUTCOMES",
    "WORDS",
    "AcceptedRisk",
    "Advice",
    "Adviser",
    "Call",
    "Counts",
    "Ended",
    "Ending",
    "Group",
    "Grouping",
    "Outcome",
    "Outcomes",
    "Share",
    "TypeRow",
    "count",
    "endings",
    "groups",
    "read_accepted",
    "read_descriptions",
    "titled",
    "type_rows",
]
