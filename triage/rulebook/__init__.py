"""Loads an agency's folder into a policy and checks it: rules, call types, cues, roster and settings.

A folder with any error refuses to load, and says every error by file, line and field.
"""

from triage.rulebook.loading import Checked, Unmapped, check, load, unmapped
from triage.rulebook.problems import Problem, RulebookError

__all__ = ["Checked", "Problem", "RulebookError", "Unmapped", "check", "load", "unmapped"]
