"""Rows' parts to reports and closings, put together from parts that were checked, in a quarter of pydantic's time."""

from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel

from triage.domain.facts import Facts
from triage.domain.report import Closing, Report

TEXTS: Final = ("call_type", "priority", "channel", "precinct", "sector", "beat", "language")
_ALWAYS: Final = ("call_id", "reported_at", "call_type")
_SOMETIMES: Final = ("priority", "channel", "precinct", "sector", "beat", "facts", "narrative")
_OF_CLOSINGS: Final = {"cleared_at", "disposition", "final_call_type"}
_NOTHING: Final = Facts()
_new = object.__new__
# A value is frozen from the start; these are the places that pydantic itself puts its parts in.
_put_parts, _put_fields_set, _put_extra, _put_private = (
    BaseModel.__dict__[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


class Reports:
    """Makes reports of what `Rows.read` packed: the time, the call's id, `TEXTS`, the narrative; "" is a missing part.

    Each part was checked when it was read, once for all rows that share it, by the same types as a report's. So nothing
    is checked again here, and the report equals the one that `Report.model_validate` would make of the parts.
    """

    def __init__(self) -> None:
        """No row was seen yet."""
        self._facts: dict[str, Facts] = {"": _NOTHING}
        self._set: dict[tuple[bool, ...], set[str]] = {}

    def __call__(self, packed: tuple[Any, ...]) -> Report:
        """The report of a row."""
        reported_at, call_id, call_type, priority, channel, precinct, sector, beat, language, narrative = packed
        facts = self._facts.get(language)
        if facts is None:
            facts = self._facts[language] = Facts.model_validate({"language": language})
        parts = {
            "call_id": call_id,
            "reported_at": reported_at,
            "call_type": call_type,
            "priority": priority or None,
            "channel": channel or None,
            "precinct": precinct or None,
            "sector": sector or None,
            "beat": beat or None,
            "facts": facts,
            "narrative": narrative or None,
            "closing": None,
        }
        missing = (not priority, not channel, not precinct, not sector, not beat, not language, not narrative)
        fields = self._set.get(missing)
        if fields is None:
            sometimes = (field for field, is_missing in zip(_SOMETIMES, missing, strict=True) if not is_missing)
            fields = self._set[missing] = {*_ALWAYS, *sometimes}
        report = _new(Report)
        _put_parts(report, parts)
        _put_fields_set(report, fields)
        _put_extra(report, None)
        _put_private(report, None)
        return report


def to_closing(cleared_at: datetime, disposition: str, final_call_type: str) -> Closing:
    """The closing of these parts, each of which was checked when it was read; "" is a missing part."""
    parts = {
        "cleared_at": cleared_at,
        "disposition": disposition or None,
        "final_call_type": final_call_type or None,
    }
    closing = _new(Closing)
    _put_parts(closing, parts)
    _put_fields_set(closing, _OF_CLOSINGS)
    _put_extra(closing, None)
    _put_private(closing, None)
    return closing
