"""Reads how calls may be closed, and which of these ways a CSO unit may use."""

from typing import Final

from triage.domain.policy import Disposition
from triage.rulebook.csv_file import rows
from triage.rulebook.fields import Once, Row, flag, reason, short_text
from triage.rulebook.problems import Found

COLUMNS: Final = ("code", "description", "apco", "cso", "source")


def read_dispositions(data: bytes, found: Found) -> tuple[Disposition, ...]:
    """The rows of `dispositions.csv` that have no error."""
    once = Once()
    read = (_disposition(Row(at, COLUMNS), once) for at in rows(data, COLUMNS, found) or ())
    return tuple(item for item in read if item is not None)


def _disposition(row: Row, once: Once) -> Disposition | None:
    code = row.need("code", short_text)
    once.claim(row.at_field("code"), None if code is None else code.upper())
    row.need("source", reason)
    values = {"code": code, "description": row.need("description", short_text), "cso": row.need("cso", flag)}
    return row.build(Disposition, values)
