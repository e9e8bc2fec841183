"""The frozen base of every value, and the small types that values share."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, StringConstraints

Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""A short text on one line as an agency writes it: 1 to 200 characters, none a control, outer blanks removed."""

Nature = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9-]{1,15}$")]
"""A canonical call type: a code of APCO ANS 2.103.2, or `X-` and a word of ours where none fits."""

CallId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,63}$")]
"""A call's id as CAD writes it: letters, digits and `._:/#-`, 1 to 64 characters."""

UnitId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")]
"""A unit's call sign, for example `CSO-3`."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$", max_length=64)]
"""A lower-case name with hyphens or underscores: rule ids, agencies, reason codes."""

Actor = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[^\x00-\x1f]+$")
]
"""Who or what caused an event: `cad`, `engine`, `unit:CSO-3`, or the id that a person logs in with. Never a name."""

Route = Literal["sworn", "co_response", "cso", "other_agency"]
"""Who goes: a sworn officer, officer and CSO together, a CSO alone, or another agency."""

Programme = Literal["navigation", "youth", "community"]
"""The three components of the CSO programme (presentation of 26 June 2019, in the project's seeds)."""


class Value(BaseModel):
    """A frozen value: equal by content, with no field beyond those that it declares."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values in some fields. What was computed from the old ones is not copied along."""
        copied = super().model_copy(update=update, deep=deep)
        for computed in copied.__dict__.keys() - type(copied).model_fields.keys():
            del copied.__dict__[computed]
        return copied
