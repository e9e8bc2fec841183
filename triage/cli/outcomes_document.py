"""What `triage outcomes` says to programs, and the names that an agency's tables do not have."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from triage.domain.call_types import normalised
from triage.domain.errors import nearest
from triage.domain.policy import Policy
from triage.outcomes import OUTCOMES, AcceptedRisk, Counts, Group, Grouping, Outcomes, Share, TypeRow
from triage.rulebook import OutcomeCodes, Unmapped, unmapped

NEAREST_MAX: Final = 200


class UnknownNames(NamedTuple):
    """Names in files that no table of the agency has, most frequent first, each with the nearest that one does."""

    dispositions: list[Unmapped]
    final_types: list[Unmapped]
    call_types: list[Unmapped]


def unknown_names(policy: Policy, codes: OutcomeCodes, counts: Counts) -> UnknownNames:
    """The dispositions, final types and call types that nothing can be made of."""
    types = {normalised(entry.name) for entry in policy.call_types}
    return UnknownNames(
        _near(counts.unknown_dispositions, codes.dispositions),
        _near(counts.unknown_final_types, types),
        unmapped(policy, counts.named),
    )


def document(
    counts: Counts,
    names: UnknownNames,
    grouped: tuple[Grouping, Sequence[Group]],
    types: tuple[Sequence[TypeRow] | None, Mapping[str, AcceptedRisk]],
) -> dict[str, object]:
    """The counts, the groups and, where they are asked for, the call types, for programs."""
    by, found = grouped
    rows, accepted = types
    return {
        "rows": counts.rows,
        "calls": counts.outcomes.calls,
        "repeats": counts.repeats,
        "excluded": dict(sorted(counts.excluded.items())),
        "unreadable": counts.unreadable,
        **_outcomes(counts.outcomes),
        "authority_used_by_final_type_alone": counts.by_final_type_alone,
        "by": by,
        "groups": [
            {"group": group.name, "one_question_from": group.away, "calls": group.outcomes.calls}
            | _outcomes(group.outcomes)
            for group in found
        ],
        **({} if rows is None else {"types": [_type(row, accepted.get(row.call_type)) for row in rows]}),
        "unknown_dispositions": _names("disposition", names.dispositions),
        "unknown_final_types": _names("final_call_type", names.final_types),
        "unmapped": _names("call_type", names.call_types),
    }


def _near(names: Counter[str], valid: Collection[str]) -> list[Unmapped]:
    """The names, most frequent first; the nearest is looked up for the first of them only, as that takes a while."""
    return [
        Unmapped(name, calls, nearest(name, valid) if place < NEAREST_MAX else None)
        for place, (name, calls) in enumerate(names.most_common())
    ]


def _names(what: str, names: Sequence[Unmapped]) -> list[dict[str, object]]:
    return [{what: entry.name, "calls": entry.calls, "nearest": entry.nearest} for entry in names]


def _outcomes(outcomes: Outcomes) -> dict[str, object]:
    return {
        "outcomes": {outcome: outcomes.by_outcome[outcome] for outcome in OUTCOMES},
        "authority_used": _share(outcomes.authority_used),
    }


def _share(share: Share) -> dict[str, object]:
    return {"number": share.number, "decided": share.of, "share": share.share, "low": share.low, "high": share.high}


def _type(row: TypeRow, risk: AcceptedRisk | None) -> dict[str, object]:
    return {
        "call_type": row.call_type,
        "calls": row.calls,
        "routes": dict(row.routes.most_common()),
        "one_question_from": dict(row.away.most_common()),
        "because": list(row.advice.because),
        "asks": row.advice.asks,
        "one_question": row.advice.away_by,
        **_outcomes(row.outcomes),
        "authority_used_where_a_cso_is_reached": _share(row.reaching.authority_used),
        "flagged": row.flagged,
        "accepted": None if risk is None else risk.reason,
    }
