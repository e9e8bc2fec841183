"""A new agency's folder, from its own call files: read, proposed, written whole or not at all."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from triage.agencies.codes import channel_of, level_of, outcome_of
from triage.agencies.draft import AgencyDraftError, Draft, DraftCode, DraftMapping, DraftType
from triage.agencies.evidence import Judge
from triage.agencies.exclusions import propose_exclusions
from triage.agencies.known import Known, read_known
from triage.agencies.profiles import MISSING
from triage.agencies.reading import (
    CodeTable,
    FileGroup,
    Progress,
    counts_of,
    pairs_of,
    read_code_tables,
    read_groups,
    words_of,
)
from triage.agencies.time_notes import time_doubts
from triage.agencies.type_proposals import TypeProposer
from triage.agencies.words import is_one_line
from triage.agencies.zones import named_zone, no_zone, zone_of_offsets
from triage.domain.call_types import normalised
from triage.domain.values import Text

CODES_MAX: Final = 500
"""So many priorities, channels or dispositions are listed at most, the most frequent first."""

TYPES_MAX: Final = 5_000
AREAS_MAX: Final = 300
_TEXT: Final = TypeAdapter(Text)
_SWITCH: Final = re.compile(r"^\s+switch:\s*([a-z0-9-]+)", re.MULTILINE)
_CODED: Final = ("call_type", "final_call_type", "disposition", "priority", "channel")
_AREAS: Final = ("precinct", "sector", "beat")


class Wanted(NamedTuple):
    """What a new folder is made from: call files, code tables, the library, and what the person says of the agency."""

    folder: Path
    files: Sequence[Path]
    library: Path
    name: str | None = None
    time_zone: str | None = None
    codes: Sequence[Path] = ()


def propose(wanted: Wanted, progress: Progress = lambda _source, _rows: None) -> Draft:
    """All that the new folder will hold; nothing is written.

    Raises:
        AgencyDraftError: a file is no file of calls, or the time zone is neither said nor in the files.
        SourceError: a file cannot be read, or the library is none.
    """
    zone = None if wanted.time_zone is None else named_zone(wanted.time_zone)
    if not wanted.files:
        raise AgencyDraftError("no call file given; add --from FILE")
    known = read_known(wanted.library, without=wanted.folder)
    proposer = TypeProposer(known)
    tables = read_code_tables(wanted.codes)
    groups = read_groups(wanted.files, Judge(known, proposer), tables, progress)
    zone, zone_is_proven = _zone(zone, groups)
    call_types, cut = _call_types(groups, tables, proposer)
    if not call_types:
        raise AgencyDraftError("no call type can be listed: every name is too long or holds a control character")
    name = wanted.name or wanted.folder.name.replace("_", " ").replace("-", " ").strip().title() or "New agency"
    return Draft(
        name=_name(name),
        time_zone=zone,
        review=(("name",) if wanted.name is None else ()) + (() if zone_is_proven else ("time_zone",)) + ("switches",),
        mappings=_mappings(groups, tables, zone, said=wanted.time_zone is not None),
        call_types=call_types,
        priorities=_codes(groups, tables, "priority", lambda code, words: level_of(words or code, known)),
        channels=_codes(groups, tables, "channel", lambda code, words: channel_of(words or code, known)),
        dispositions=_dispositions(groups, tables, known),
        areas={role: _values(groups, role)[:AREAS_MAX] for role in _AREAS},
        library=_library_files(wanted.library),
        switches=_switches(wanted.library),
        notes=(*_unused(groups, tables), *cut),
    )


def _name(name: str) -> str:
    try:
        known = _TEXT.validate_python(name)
    except ValidationError:
        known = ""
    if not known or not is_one_line(known):
        raise AgencyDraftError("the name is empty, too long or holds a control character; add --name TEXT")
    return known


def _zone(named: str | None, groups: Sequence[FileGroup]) -> tuple[str, bool]:
    """The zone, and whether a person has named it."""
    if named is not None:
        return named, True
    reported = [times for group in groups if (one := group.column("reported_at")) and (times := one.times)]
    found = zone_of_offsets({offset for times in reported if times.offsets for offset in times.utc_offsets})
    if found is None or not all(times.offsets for times in reported):
        raise no_zone()
    return found, False


def _mappings(
    groups: Sequence[FileGroup], tables: Sequence[CodeTable], zone: str, *, said: bool
) -> tuple[DraftMapping, ...]:
    names: Counter[str] = Counter()
    found = []
    for group in groups:
        slug = _slug(group.tables[0].source)
        names[slug] += 1
        words, _ = words_of(group, "disposition", tables)
        times = time_doubts(group, ZoneInfo(zone))
        found.append(
            DraftMapping(
                name=slug if names[slug] == 1 else f"{slug}_{names[slug]}",
                sources=tuple(table.source for table in group.tables),
                rows=group.rows,
                left_out=group.left_out,
                columns=group.columns,
                missing=_missing(group),
                exclude=propose_exclusions(group, words),
                notes=(*times.notes, *_header_notes(group)),
                zone_is_proven=(said or _has_offsets(group)) and not times.zone,
            )
        )
    return tuple(found)


def _slug(source: str) -> str:
    stem = re.sub(r"\.(csv|tsv|txt|xlsx?|parquet|gz)\b", "", source.lower())
    return re.sub(r"[^a-z0-9]+", "_", stem).strip("_")[:50].strip("_") or "calls"


def _missing(group: FileGroup) -> tuple[str, ...]:
    """The values of the columns that are read which mean that nothing was said."""
    places = [one.column.place for one in group.columns if one.role not in {"other", "other_time"}]
    found = {""}
    for _, cells in zip(range(2_000), group.cells(), strict=False):
        found |= {cells[place].strip().casefold() for place in places} & MISSING
    return tuple(sorted(found))


def _has_offsets(group: FileGroup) -> bool:
    reported = group.column("reported_at")
    return bool(reported and reported.times and reported.times.offsets)


def _header_notes(group: FileGroup) -> list[str]:
    if not group.unnamed:
        return []
    shown = ", ".join(f"`{name[:40]}`" for name in group.unnamed[:5])
    return [f"Columns without a name of their own in the header are not read: {shown}."]


def _call_types(
    groups: Sequence[FileGroup], tables: Sequence[CodeTable], proposer: TypeProposer
) -> tuple[tuple[DraftType, ...], list[str]]:
    """Every call type of the files and of the code table that fits them, the most frequent first."""
    names: dict[str, str] = {}
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    priorities: dict[str, Counter[str]] = {}
    for group in groups:
        described, table = words_of(group, "call_type", tables)
        listed = {**counts_of(group, "call_type"), **(dict.fromkeys(table.words, 0) if table else {})}
        listed |= counts_of(group, "call_type")
        for name, count in listed.items():
            key = normalised(name)
            if not key or not is_one_line(name) or len(name) > 200:  # noqa: PLR2004 - as long as a name may be
                continue
            names.setdefault(key, name)
            counts[key] += count
            if described.get(name) and described[name] != name:
                words.setdefault(key, " ".join(described[name].split())[:200])
        for name, with_it in pairs_of(group, "call_type", "priority").items():
            priorities.setdefault(normalised(name), Counter()).update(with_it)
    found = [
        DraftType(
            names[key], words.get(key, ""), counts[key],
            tuple(level for level, _ in priorities.get(key, Counter()).most_common(5)),
            proposer.propose(names[key], words.get(key, "")),
        )
        for key in sorted(counts, key=lambda key: (-counts[key], key))
    ]  # fmt: skip
    cut = [
        f"Of {len(found):,} call types only the {TYPES_MAX:,} most frequent are listed; calls of the others are sworn."
    ]
    return tuple(found[:TYPES_MAX]), cut if len(found) > TYPES_MAX else []


def _codes(
    groups: Sequence[FileGroup], tables: Sequence[CodeTable], role: str, meaning: Callable[[str, str], str]
) -> tuple[DraftCode, ...]:
    """The values of a role's column, the most frequent first, each with what its wording plainly means."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    words: dict[str, str] = {}
    for group in groups:
        described, table = words_of(group, role, tables)
        listed = {**(dict.fromkeys(table.words, 0) if table else {}), **counts_of(group, role)}
        for name, count in listed.items():
            if not is_one_line(name) or len(name) > 200:  # noqa: PLR2004
                continue
            names.setdefault(name.upper(), name)
            counts[name.upper()] += count
            words.setdefault(name.upper(), " ".join(described.get(name, "").split())[:200])
    order = sorted(counts, key=lambda key: (-counts[key], key))[:CODES_MAX]
    return tuple(
        DraftCode(names[key], words.get(key, ""), counts[key], meaning(names[key], words.get(key, ""))) for key in order
    )


def _dispositions(groups: Sequence[FileGroup], tables: Sequence[CodeTable], known: Known) -> tuple[DraftCode, ...]:
    """The closings of the files; one that the library has, under the same code, is the library's."""
    found = _codes(groups, tables, "disposition", lambda code, words: outcome_of(code, words, known))
    return tuple(code for code in found if code.code.upper() not in known.library_dispositions)


def _values(groups: Sequence[FileGroup], role: str) -> tuple[str, ...]:
    counts: Counter[str] = Counter()
    for group in groups:
        counts += counts_of(group, role)
    return tuple(name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if is_one_line(name))


def _unused(groups: Sequence[FileGroup], tables: Sequence[CodeTable]) -> list[str]:
    """A word on each code table that fits no column."""
    used = [words_of(group, role, tables)[1] for group in groups for role in _CODED]
    return [
        f"The code table `{table.source}` fits no column, so it says nothing." for table in tables if table not in used
    ]


def _library_files(library: Path) -> tuple[str, ...]:
    """The files of the library by the names that a folder takes them by."""
    tables = [name for name in ("canonical_types.csv", "dispositions.csv") if (library / name).is_file()]
    documents = [name for name in ("cues.yaml", "override_reasons.yaml", "profiles.yaml") if (library / name).is_file()]
    rules = [f"rules/{path.name}" for path in (library / "rules").glob("*.yaml") if not path.name.startswith(".")]
    return tuple(sorted(name.rsplit(".", 1)[0] for name in (*tables, *documents, *rules)))


def _switches(library: Path) -> tuple[str, ...]:
    """The switches that the library's rules hang on."""
    texts = [path.read_text("utf-8", "replace") for path in (library / "rules").glob("*.yaml")]
    return tuple(sorted({name for text in texts for name in _SWITCH.findall(text)}))
