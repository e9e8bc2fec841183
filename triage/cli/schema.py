"""`triage schema`: what a program may send us, as a JSON Schema."""

import sys

from triage.cli.failures import DONE
from triage.cli.options import STANDARD, Common
from triage.schemas import schema_text


def report(*, common: Common = STANDARD) -> int:  # noqa: ARG001 - every command takes them
    """Print the JSON Schema (2020-12) of a report, one line of NDJSON for `triage run`.

    It says which fields there are, which are needed, and every limit, so that a vendor can check what it sends before
    it sends it.

    For example:

        triage schema report

    With --json: the same; a schema is JSON. The file is also in docs/schemas.
    """
    sys.stdout.write(schema_text("report"))
    return DONE
