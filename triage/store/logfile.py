"""Whether a file is, or can become, the log: looked at by its bytes, before anything could change them."""

import os
import stat
import time
from pathlib import Path
from typing import Final, Literal, NamedTuple, NoReturn

from triage.store.errors import LogFileError

APPLICATION_ID: Final = int.from_bytes(b"TRIA")
"""Stands in the header of every log file, so that another program's database is never mistaken for one."""

FORMAT_VERSION: Final = 1
"""The version of the tables, in the header as SQLite's `user_version`."""

_MAGIC: Final = b"SQLite format 3\x00"
_HEADER_BYTES: Final = 100  # https://www.sqlite.org/fileformat2.html, section 1.3
_LOOKS_MAX: Final = 3
_PAUSE_SECONDS: Final = 0.05


def inspect(path: Path) -> Literal["new", "log"]:
    """Whether the file is yet to be made (it is not there, or empty), or is a log that this version can open.

    Only reads. Raises LogFileError for anything else: no folder to put it in, not a file, no permission, not SQLite,
    another program's database, a newer log, a truncated one.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        _check_folder(path)
        return "new"
    except (OSError, ValueError) as error:
        _refuse(path, f"cannot be used ({_reason(error)})", "choose another path")
    if not stat.S_ISREG(status.st_mode):
        what = "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file"
        _refuse(path, what, "give the path of a file, for example `triage.db` in it")
    if not os.access(path, os.R_OK | os.W_OK):
        _refuse(path, "may not be read and written by this user", "have its owner permit it, or choose another path")
    _check_folder(path)
    if status.st_size == 0 and not _waiting_bytes(path, "-wal"):
        return "new"
    _check_content(path)
    return "log"


class _Header(NamedTuple):
    """The header of an SQLite file. `pages` is 0 where the header does not vouch for it."""

    start: bytes
    page_bytes: int
    pages: int
    format_version: int
    application_id: int


def _check_folder(path: Path) -> None:
    folder = path.parent
    if not folder.is_dir():
        _refuse(path, f"has no folder: `{folder}` is not there", "create the folder, or choose another path")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        problem = f"is in a folder that this user may not write to (`{folder}`)"
        _refuse(path, problem, "SQLite writes its journal beside the log: have the folder's owner permit it")


def _check_content(path: Path) -> None:
    header = _header(path)
    if not header.start.startswith(_MAGIC[: len(header.start)]):
        _refuse(path, "is not an SQLite database", "give the path of a log, or of a file that does not exist yet")
    if len(header.start) == _HEADER_BYTES and header.application_id != APPLICATION_ID:
        problem = f"is another program's SQLite database (application id {header.application_id})"
        _refuse(path, problem, "choose another path for the log")
    if len(header.start) == _HEADER_BYTES and header.format_version > FORMAT_VERSION:
        problem = f"has format {header.format_version}, newer than {FORMAT_VERSION}, the newest that this version knows"
        _refuse(path, problem, "upgrade triage")
    _check_size(path)


def _check_size(path: Path) -> None:
    """Refuses a file that ends before its header says, unless a journal beside it may hold the rest.

    Another process may be closing the log just now: it lengthens the file, then removes its journal. So a file that
    looks short is looked at again.
    """
    for look in range(_LOOKS_MAX):
        if look:
            time.sleep(_PAUSE_SECONDS)
        journals = _waiting_bytes(path, "-wal") if path.stat().st_size else 0
        if journals or _waiting_bytes(path, "-journal"):
            return
        header = _header(path)
        expected = max(header.page_bytes * header.pages, _HEADER_BYTES)
        found = path.stat().st_size
        if found >= expected:
            return
    _refuse(
        path, f"is truncated: {found} of {expected} bytes are there", "restore it from a backup, with its `-wal` file"
    )


def _header(path: Path) -> _Header:
    try:
        with path.open("rb") as file:
            start = file.read(_HEADER_BYTES)
    except OSError as error:
        _refuse(path, f"cannot be read ({_reason(error)})", "have its owner permit it, or choose another path")
    padded = start.ljust(_HEADER_BYTES, b"\x00")
    page_bytes = int.from_bytes(padded[16:18])
    vouched = padded[24:28] == padded[92:96]
    return _Header(
        start=start,
        page_bytes=65_536 if page_bytes == 1 else page_bytes,
        pages=int.from_bytes(padded[28:32]) if vouched else 0,
        format_version=int.from_bytes(padded[60:64]),
        application_id=int.from_bytes(padded[68:72]),
    )


def _waiting_bytes(path: Path, suffix: str) -> int:
    """The size of a journal beside the file, which SQLite would read into it; 0 if there is none."""
    try:
        return path.with_name(path.name + suffix).stat().st_size
    except OSError:
        return 0


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror or type(error).__name__).lower() if isinstance(error, OSError) else str(error)


def _refuse(path: Path, problem: str, remedy: str) -> NoReturn:
    raise LogFileError(path, problem, remedy)
