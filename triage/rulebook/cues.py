"""Reads the words that raise a fact from a narrative, and the words that negate them."""

from typing import Final

from triage.domain.cues import CueMatcher, UnusableCueError
from triage.domain.facts import FACTS, FactSpec, FactValue
from triage.domain.policy import Cue
from triage.rulebook.fact_values import BY_CAD, FIXED, fact, spelled, value_of
from triage.rulebook.fields import Once, Read, Row, entries, many, reason, short_text, slug
from triage.rulebook.nodes import At

FIELDS: Final = ("negations", "cues", "source", "note", "notes")
CUE_FIELDS: Final = ("id", "fact", "value", "words", "source", "note", "notes")
RAISED: Final = tuple(name for name in FACTS if name not in (*FIXED, *BY_CAD))


def read_cues(document: At) -> tuple[tuple[str, ...], tuple[Cue, ...]]:
    """The negations and the cues of `cues.yaml`, without those that have an error."""
    row = Row(document, FIELDS)
    negations = row.need("negations", many(short_text)) or ()
    _findable(row.at_field("negations"), (), negations)
    once = Once()
    cues = (_cue(Row(at, CUE_FIELDS), once) for at in row.need("cues", entries) or ())
    return negations, tuple(cue for cue in cues if cue is not None)


def _cue(row: Row, once: Once) -> Cue | None:
    cue_id = row.need("id", slug)
    once.claim(row.at_field("id"), cue_id)
    spec = row.need("fact", lambda at: fact(at, RAISED))
    value = None if spec is None else row.need("value", _raised(spec))
    words = row.need("words", many(short_text))
    row.need("source", reason)
    cue = row.build(Cue, {"id": cue_id, "fact": spec and spec.name, "value": value, "words": words})
    return cue if cue is not None and _findable(row.at_field("words"), (cue,), ()) else None


def _findable(at: At, cues: tuple[Cue, ...], negations: tuple[str, ...]) -> bool:
    """Whether the matcher can find these in a text; where it cannot, that is an error at `at`."""
    try:
        CueMatcher(cues, negations)
    except UnusableCueError as error:
        at.error(str(error))
        return False
    return True


def _raised(spec: FactSpec) -> Read[FactValue]:
    """Reads a value that a cue may raise `spec` to: not the safest, as words alone never make a call safer."""

    def read(at: At) -> FactValue | None:
        value = value_of(spec, None)(at)
        if value is not None and spec.ordered and spec.rank(value) == 0:
            at.error(f"`{spec.name}={spelled(value)}` is no danger: words alone never make a call safer")
        return value

    return read
