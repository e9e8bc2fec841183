"""The files of a new agency's folder, and the folder itself: there whole, or not at all."""

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from triage.agencies.columns_file import columns_file
from triage.agencies.draft import AgencyDraftError, Draft, DraftCode, DraftType
from triage.agencies.readme_file import readme_file
from triage.agencies.type_proposals import UNKNOWN
from triage.rulebook import check
from triage.sources import load_columns

REVIEW: Final = "review"
WIDTH: Final = 105
_FIDELITY: Final = {"sure": "exact", "likely": "close", "guess": "none"}


def write_folder(draft: Draft, folder: Path, library: Path) -> None:
    """Write the folder; it must load without an error before it stands where it was asked for.

    Raises:
        AgencyDraftError: something stands there already, or what was proposed does not load.
        OSError: the folder cannot be written.
    """
    check_place(folder)
    files = files_of(draft, _relative(library, folder))
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=folder.parent))
    try:
        for name, text in files.items():
            path = made / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        _check_loads(made)
        made.chmod(0o755)
        made.rename(folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def check_place(folder: Path) -> None:
    """Raises `AgencyDraftError` where a folder cannot be made: only an empty one, or none, may stand there."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise AgencyDraftError(f"`{folder}` is there already and is no folder; name another")
    if folder.is_dir() and next(folder.iterdir(), None) is not None:
        raise AgencyDraftError(
            f"`{folder}` is there already and not empty; name another folder, so that nothing is overwritten"
        )


def files_of(draft: Draft, library: str) -> dict[str, str]:
    """The text of every file of the folder, by its name in it; `library` is the library's place as seen from it."""
    return {
        "agency.yaml": _agency(draft, library),
        "call_types.csv": _call_types(draft.call_types),
        "priorities.csv": _code_table("level", draft.priorities),
        "channels.csv": _code_table("channel", draft.channels),
        "dispositions.csv": _dispositions(draft.dispositions),
        "units.yaml": _units(draft.areas),
        "README.md": readme_file(draft),
        **{f"columns/{mapping.name}.yaml": columns_file(mapping) for mapping in draft.mappings},
    }


def _relative(library: Path, folder: Path) -> str:
    return Path(os.path.relpath(library.resolve(), folder.parent.resolve() / folder.name)).as_posix()


def _check_loads(folder: Path) -> None:
    errors = [str(problem) for problem in check(folder).problems if problem.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        raise AgencyDraftError(f"the proposed folder would not load, so nothing is written: {errors[0]}{more}")
    load_columns(folder / "columns")


def _agency(draft: Draft, library: str) -> str:
    lines = [
        "# The agency's settings. What CAD's priorities and channels mean stands in priorities.csv and channels.csv.",
        "",
        f"name: {quoted(draft.name)}",
        f"time_zone: {quoted(draft.time_zone)}",
        "",
        "# No classifier is configured: the rules alone decide. With `required`, a call without an opinion is sworn.",
        "classifier: none",
        "# Of the calls that go to a CSO, at most this share may end with authority used (assumption: 1 in 100).",
        "authority_limit: 0.01",
        "",
        "# What this folder takes from the library that agencies share, file by file.",
        f"library: {quoted(library)}",
        "include:",
        *(f"  - {name}" for name in draft.library),
        "",
        "# Rules that name a switch apply only while it is on (assumption: all of them are).",
        *(["switches:", *(f"  {name}: true" for name in draft.switches)] if draft.switches else ["switches: {}"]),
        "",
        "# Settings that nobody has confirmed. Take a line away once somebody has.",
        "review:",
        *(f"  - {name}" for name in draft.review),
    ]
    return "\n".join(lines) + "\n"


def _call_types(types: Sequence[DraftType]) -> str:
    header = ("call_type", "description", "canonical", "fidelity", "profile", "presumes", "severity", "likelihood",
              "status", "calls", "source")  # fmt: skip
    rows = (
        (one.name, one.description, one.proposal.canonical,
         "none" if one.proposal.canonical == UNKNOWN else _FIDELITY[one.proposal.confidence],
         "", "", "", "", REVIEW, str(one.calls), _source_of(one))
        for one in types
    )  # fmt: skip
    return _csv(header, rows)


def _source_of(one: DraftType) -> str:
    instead = f"; or {', '.join(one.proposal.alternatives)}" if one.proposal.alternatives else ""
    seen = f"; priorities {', '.join(one.priorities)}" if one.priorities else ""
    return f"proposed ({one.proposal.confidence}): {one.proposal.because}{instead}{seen}"[:500]


def _code_table(meaning: str, codes: Sequence[DraftCode]) -> str:
    rows = (
        (one.code, one.meaning, REVIEW, str(one.calls), _code_source(one, "what the code means is not plain"))
        for one in codes
    )
    return _csv(("code", meaning, "status", "calls", "source"), rows)


def _dispositions(codes: Sequence[DraftCode]) -> str:
    rows = (
        (one.code, one.description or one.code, "", "no", one.meaning or "undetermined", REVIEW, str(one.calls),
         _code_source(one, "its outcome is not plain"))
        for one in codes
    )  # fmt: skip
    return _csv(("code", "description", "apco", "cso", "outcome", "status", "calls", "source"), rows)


def _code_source(one: DraftCode, unclear: str) -> str:
    words = f" `{one.description[:100]}`" if one.description else ""
    return f"proposed from the wording{words}; assumption" if one.meaning else f"{unclear}{words}"


def _units(areas: Mapping[str, tuple[str, ...]]) -> str:
    lines = [
        "# Who works where and when, in the agency's time zone (agency.yaml).",
        "#",
        "# Nobody is listed yet: until somebody is, no CSO can go and every call is sworn. An example to begin with",
        "# (assumption; take the `#` away and change everything):",
        "#",
        "# shifts:",
        '#   - {id: weekdays, days: [monday, tuesday, wednesday, thursday, friday], start: "10:00", end: "18:00"}',
        "# units:",
        "#   - id: CSO-1",
        "#     shift: weekdays",
        "#     programmes: [navigation, youth, community]",
        "#     areas: [...]  # as CAD writes them, see below",
        "#     languages: [english]",
        "#     mode: vehicle",
        "#     capacity: 3",
        "#",
    ]
    for role, values in areas.items():
        if values:
            lines += ["# Areas of the files, the busiest first:", *_commented(role, values), "#"]
    lines += ["", "warn_minutes: 30", "shifts: []", "units: []", "supervisors: []"]
    return "\n".join(lines) + "\n"


def _commented(role: str, values: Sequence[str]) -> list[str]:
    lines, line = [], f"#   {role}:"
    for value in values:
        if len(line) + len(value) > WIDTH:
            lines.append(line)
            line = "#    "
        line += f" {quoted(value)},"
    return [*lines, line.removesuffix(",")]


def quoted(text: str) -> str:
    """`text` as YAML reads it back whole."""
    return json.dumps(text, ensure_ascii=False)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()
