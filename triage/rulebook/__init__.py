"""Loads an agency's folder into a policy and checks it: rules, call types, cues, roster and settings.

What a folder takes from a common library, and overrides in it, counts as if it stood there. A folder with any error
refuses to load, and says every error by file, line and field.
"""

from triage.rulebook.call_types import REGISTRY
from triage.rulebook.loading import Checked, OutcomeCodes, Unmapped, check, load, load_outcomes, unmapped
from triage.rulebook.origins import Origin, Overridden
from triage.rulebook.problems import Problem, RulebookError
from triage.rulebook.review import ToReview

__all__ = [
    "REGISTRY",
    "Checked",
    "Origin",
    "OutcomeCodes",
    "Overridden",
    "Problem",
    "RulebookError",
    "ToReview",
    "Unmapped",
    "check",
    "load",
    "load_outcomes",
    "unmapped",
]
