"""NENA EIDO documents: one incident's state as CAD systems exchange it, read into reports and written with our advice.

    said = read(line, objection)            a report, how it was closed, related incidents; None if it is no EIDO
    report = Incidents().put_together(said.report)     what all EIDOs of that incident so far come to
    tree = write(standing)                  a whole EIDO of a call
    tree = onto(loads(incoming), standing)  the incoming one with our part in it, everything else as it was

Field names follow NENA-STA-021.1b; the models are our own.
"""

from triage.eido.errors import EidoError
from triage.eido.identity import Names, is_engine
from triage.eido.json_text import JsonError, Tree, dumps, loads
from triage.eido.reading import Linked, Said, is_eido, may_be_eido, read
from triage.eido.registries import Stage
from triage.eido.series import Incidents
from triage.eido.writing import Standing, onto, write

__all__ = [
    "EidoError",
    "Incidents",
    "JsonError",
    "Linked",
    "Names",
    "Said",
    "Stage",
    "Standing",
    "Tree",
    "dumps",
    "is_eido",
    "is_engine",
    "loads",
    "may_be_eido",
    "onto",
    "read",
    "write",
]
