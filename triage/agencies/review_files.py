"""The files of a folder under review: read once, written one at a time and whole, never over somebody else's change."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from triage.domain.errors import TriageError
from triage.rulebook.folder import read_files
from triage.rulebook.loading import Checked, check_files
from triage.rulebook.problems import Problem


class ChangedMeanwhileError(TriageError):
    """A file is not what it was when it was read."""

    def __init__(self, file: str) -> None:
        """Name the file."""
        super().__init__(f"`{file}` was changed by somebody else meanwhile; nothing was written, look at it again")
        self.file = file


class FolderFiles:
    """The files that make an agency's policy, as they were read."""

    def __init__(self, folder: Path) -> None:
        """Read `folder`."""
        self.folder: Final = folder
        self._problems: list[Problem] = []
        self._files: dict[str, bytes] = read_files(folder, self._problems)

    def __getitem__(self, name: str) -> bytes:
        """The bytes of a file, by its name as seen from the folder."""
        return self._files[name]

    def get(self, name: str) -> bytes | None:
        """The same; None for a file that the folder does not have or take."""
        return self._files.get(name)

    def __iter__(self) -> Iterator[str]:
        """The names of all files, the library's first."""
        return iter(self._files)

    def owns(self, name: str) -> bool:
        """Whether a file stands in the folder itself, not in its library."""
        return (self.folder / name).resolve().is_relative_to(self.folder.resolve())

    def checked(self, changes: Mapping[str, bytes] | None = None) -> Checked:
        """What the rulebook says of the folder if these files were otherwise."""
        return check_files({**self._files, **(changes or {})}, list(self._problems))

    def save(self, name: str, data: bytes) -> None:
        """Write a file, whole or not at all.

        Raises:
            ChangedMeanwhileError: it is not what it was when it was read.
            OSError: it cannot be written.
        """
        path = (self.folder / name).resolve()
        if not path.is_file() or path.read_bytes() != self._files[name]:
            raise ChangedMeanwhileError(name)
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).chmod(path.stat().st_mode & 0o777)
            Path(draft).replace(path)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        self._files[name] = data
