"""Files that a command writes beside what it prints: checked before the work begins, written whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from triage.cli.failures import UsageError

PAGE_ENDINGS: Final = (".html", ".htm")
_MODE: Final = 0o644


def check_page(path: Path | None) -> None:
    """Raises `UsageError` where no page can be written to `path`, or where something else may stand there."""
    if path is None:
        return
    if path.is_dir():
        raise UsageError(f"`{path}` is a folder; --html names a file, for example `{path / 'model.html'}`")
    if path.suffix.lower() not in PAGE_ENDINGS:
        raise UsageError(f"`{path}` does not end in .html, so it may be something else; --html names a page to write")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder `{path.parent}` to write `{path.name}` to")


def check_folder(path: Path | None) -> None:
    """Raises `UsageError` where `path` is no folder and cannot become one."""
    if path is None or path.is_dir():
        return
    if path.exists():
        raise UsageError(f"`{path}` is not a folder; --png names the folder to write the pictures to")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder `{path.parent}` to make `{path.name}` in")


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write each file. None is touched before all of them lie ready beside where they belong.

    Raises `UsageError` where a folder stands in the place of one, or where one cannot be written; what stood there
    before then still does.
    """
    for path in files:
        if path.is_dir():
            raise UsageError(f"`{path}` is a folder, so no file can be written there")
    with ExitStack() as left_over:
        ready = [(path, _draft(path, data, left_over)) for path, data in files.items()]
        for path, draft in ready:
            draft.replace(path)


def _draft(path: Path, data: bytes, left_over: ExitStack) -> Path:
    """A file beside `path` with what is to stand there; `left_over` removes it if it is not needed."""
    try:
        path.parent.mkdir(exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".triage-", suffix=".tmp", dir=path.parent)
        draft = Path(name)
        left_over.callback(draft.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        draft.chmod(_MODE)
    except OSError as error:
        raise UsageError(f"`{path}` cannot be written: {(error.strerror or 'no such place').lower()}") from None
    return draft
