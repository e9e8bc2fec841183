"""Loads an agency's column mappings from YAML; what is wrong is named by file, line, field and nearest valid name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ValidationError

from triage.domain.errors import meant, nearest
from triage.sources.columns import Columns, Exclusion, FieldColumns, Times
from triage.sources.errors import ColumnsError

MAPPING_MAX_BYTES: Final = 1024 * 1024
_WORDS: Final = re.compile(r"(?<=')\w+(?=')")  # the valid values, where pydantic lists them
_PARTS: Final[Mapping[str, type[BaseModel]]] = {"columns": FieldColumns, "times": Times, "exclude": Exclusion}


def load_columns(folder: Path) -> tuple[Columns, ...]:
    """The column mappings of `folder` (each `*.yaml` one mapping), in the order of their files' names.

    Raises:
        ColumnsError: there is none, one cannot be read or is wrong, or two have the same name.
    """
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ColumnsError(f"no column mapping (*.yaml) in `{folder}`")
    loaded: dict[str, tuple[Columns, Path]] = {}
    for path in files:
        columns = _load(path)
        if columns.name in loaded:
            other = loaded[columns.name][1].name
            raise ColumnsError(f"{path.name}: name: `{columns.name}` is the name of `{other}` too")
        loaded[columns.name] = (columns, path)
    return tuple(columns for columns, _ in loaded.values())


def _load(path: Path) -> Columns:
    try:
        text = _text(path)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        repeated = next(_repeated(root, set()), None)
        data = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path.name}:{mark.line + 1}" if mark else path.name
        raise ColumnsError(f"{where}: not valid YAML: {getattr(error, 'problem', None) or 'cannot be read'}") from error
    if repeated:
        key, line = repeated
        raise ColumnsError(f"{path.name}:{line}: {key}: given twice")
    try:
        return Columns.model_validate(data)
    except ValidationError as error:
        raise ColumnsError(_explained(path, root, error)) from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAPPING_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ColumnsError(f"{path.name}: cannot be read: {(error.strerror or 'unknown').lower()}") from error
    except UnicodeDecodeError as error:
        raise ColumnsError(f"{path.name}: not UTF-8") from error
    if len(data) > MAPPING_MAX_BYTES:
        raise ColumnsError(f"{path.name}: larger than {MAPPING_MAX_BYTES} bytes")
    return text


def _explained(path: Path, root: yaml.Node | None, error: ValidationError) -> str:
    errors = error.errors(include_url=False)
    # A misspelt field is both unknown and missing; where it stands is what helps.
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])
    loc = first["loc"]
    where = f"{path.name}:{_line(root, loc)}: "
    if loc:
        where += f"{'.'.join(str(part) for part in loc)}: "
    if first["type"] == "extra_forbidden":
        valid = (_PARTS[str(loc[0])] if len(loc) > 1 else Columns).model_fields
        return f"{where}unknown field; {meant(str(loc[-1]), valid)}"
    message = (
        first["msg"].removeprefix("Value error, ") if first["type"] != "model_type" else "must be a table of fields"
    )
    near = nearest(first["input"], _WORDS.findall(message)) if isinstance(first["input"], str) else None
    return f"{where}{message[:1].lower()}{message[1:]}" + (f"; did you mean `{near}`?" if near else "")


def _line(node: yaml.Node | None, loc: Sequence[int | str]) -> int:
    """The line where `loc` stands in the file, or the last part of it that is there."""
    line = node.start_mark.line + 1 if node else 1
    for part in loc:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            found = [(value, value) for value in node.value[part : part + 1]]
        else:
            found = []
        if not found:
            return line
        key, node = found[0]
        line = key.start_mark.line + 1
    return line


def _repeated(node: yaml.Node | None, seen: set[int]) -> Iterator[tuple[str, int]]:
    """Keys that one mapping has twice, with their lines: YAML itself would keep the last and say nothing."""
    if id(node) in seen:  # an alias: a file of a few lines can hold a node a million times over
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys: set[str] = set()
        for key, value in node.value:
            if str(key.value) in keys:
                yield str(key.value), key.start_mark.line + 1
            keys.add(str(key.value))
            yield from _repeated(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _repeated(value, seen)
