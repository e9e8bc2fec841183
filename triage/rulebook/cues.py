"""Reads the words that raise a fact from a narrative, and the words that negate them."""

from typing import Final, NamedTuple

from triage.domain.cues import CueMatcher, UnusableCueError
from triage.domain.facts import FactSpec, FactValue
from triage.domain.policy import Cue
from triage.rulebook.fact_values import PRESUMED, fact, spelled, value_of
from triage.rulebook.fields import Once, Read, Row, entries, many, reason, short_text, slug
from triage.rulebook.nodes import At

FIELDS: Final = ("negations", "cues", "source", "note", "notes")
CUE_FIELDS: Final = ("id", "fact", "value", "words", "source", "note", "notes")


class ReadCues(NamedTuple):
    """The negations and the cues of one `cues.yaml` or several."""

    negations: tuple[str, ...] = ()
    cues: tuple[Cue, ...] = ()

    def with_more(self, more: "ReadCues") -> "ReadCues":
        """These and `more`; a negation that both hold counts once."""
        return ReadCues(tuple(dict.fromkeys(self.negations + more.negations)), self.cues + more.cues)


def read_cues(document: At, once: Once, *, adds: bool) -> ReadCues:
    """The negations and the cues of a `cues.yaml`, without those that have an error.

    `once` knows the ids of all such files. One that `adds` to another needs no negations of its own.
    """
    row = Row(document, FIELDS)
    read_negations = many(short_text)
    negations = (row.may("negations", read_negations, ()) if adds else row.need("negations", read_negations)) or ()
    _findable(row.at_field("negations"), (), negations)
    cues = (_cue(Row(at, CUE_FIELDS), once) for at in row.need("cues", entries) or ())
    return ReadCues(negations, tuple(cue for cue in cues if cue is not None))


def _cue(row: Row, once: Once) -> Cue | None:
    cue_id = row.need("id", slug)
    once.claim(row.at_field("id"), cue_id)
    spec = row.need("fact", lambda at: fact(at, PRESUMED))
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
