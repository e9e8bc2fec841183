"""Files and feeds of calls, decoded: `read_file` and `stream` for the past, `read_lines` for a feed.

    columns = load_columns(Path("config/seattle/columns"))
    reading = read_file(Path("calls.csv.gz"), columns, ZoneInfo("America/Los_Angeles"))
    for item in stream(reading):
        match item:
            case ReportArrived(): ...   # what CAD said, when it said it
            case CallsLinked(): ...     # which calls have to do with one another, as an EIDO says
            case CallClosed(): ...      # how the call ended, when it ended: never part of a decision
            case Unreadable(): ...      # file, line, field and reason; never what the row said

Every row is counted once: `rows` is the sum of the calls' rows, the excluded and the unreadable ones.
"""

from triage.sources.columns import Columns, choose_columns
from triage.sources.documents import read_lines
from triage.sources.errors import ColumnsError, SourceError, UnknownHeaderError
from triage.sources.files import STANDARD_INPUT, holds_documents, read_file, read_stream
from triage.sources.mappings import load_columns
from triage.sources.opened import Records, Table, open_table
from triage.sources.reading import CallClosed, CallsLinked, Item, Reading, ReportArrived, SourceCall, place, stream

__all__ = [
    "STANDARD_INPUT",
    "CallClosed",
    "CallsLinked",
    "Columns",
    "ColumnsError",
    "Item",
    "Reading",
    "Records",
    "ReportArrived",
    "SourceCall",
    "SourceError",
    "Table",
    "UnknownHeaderError",
    "choose_columns",
    "holds_documents",
    "load_columns",
    "open_table",
    "place",
    "read_file",
    "read_lines",
    "read_stream",
    "stream",
]
