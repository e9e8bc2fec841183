"""What every command takes: the agency's folder, the log, and whether a program or a person reads along."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Group, Parameter

AGENCY: Final = "config/seattle"
LOG: Final = "triage.db"


@Parameter(name="*", group=Group("Common options", sort_key=100))
@dataclass(frozen=True)
class Common:
    """The options of every command."""

    agency: Annotated[Path, Parameter(env_var="TRIAGE_AGENCY", metavar="DIR")] = Path(AGENCY)
    "Folder of the agency: rules, call types, roster."
    log: Annotated[str, Parameter(env_var="TRIAGE_LOG", metavar="PATH")] = LOG
    "File of the event log."
    json: Annotated[bool, Parameter(negative="", show_default=False)] = False
    "One JSON document on standard output, nothing else."

    def again(self) -> str:
        """The options to add to a command that goes on from this one: those that are not taken for granted."""
        given = ""
        if str(self.agency) not in {AGENCY, os.environ.get("TRIAGE_AGENCY")}:
            given += f" --agency {quoted(str(self.agency))}"
        if self.log not in {LOG, os.environ.get("TRIAGE_LOG")}:
            given += f" --log {quoted(self.log)}"
        return given


STANDARD: Final = Common()

Call = Annotated[str, Parameter(help="The call, by its CAD number.")]
Unit = Annotated[str, Parameter(help="The CSO unit, by its call sign.")]
By = Annotated[str | None, Parameter(metavar="ID", help="Who says so: an id to log in with, never a name.")]
At = Annotated[
    str | None, Parameter(metavar="TIME", help="As of this moment: `2023-07-14 13:00` (local), ISO 8601, or `now`.")
]
Now = Annotated[str | None, Parameter(metavar="TIME", show=False)]
"""The moment to act as of, for history and tests: not in the list of options, but named in each command's help."""


def quoted(word: str) -> str:
    """`word` as a shell reads it back whole."""
    plain = bool(word) and all(letter.isalnum() or letter in "-_./:=+,@%#" for letter in word)
    return word if plain and not word.startswith("#") else "'" + word.replace("'", "'\"'\"'") + "'"
