"""A model's file: written whole and always with the same bytes, read with every doubt spoken out, never executed."""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

from pydantic import ValidationError

from triage.classifiers.features import FeatureError, check_features
from triage.classifiers.words import shown
from triage.domain.errors import TriageError, meant
from triage.domain.model import Model
from triage.domain.policy import Policy
from triage.eido import json_text

MODEL_FILE: Final = "model.json"
"""The name of the model's file in an agency's folder."""

BYTES_MAX: Final = 20 * 1024 * 1024
"""A model's file that is larger is not read; one of 50,000 weights has 3 MiB."""

FORMAT: Final[int] = get_args(Model.model_fields["format"].annotation)[0]
"""The format that this version writes and reads."""

_MEMBERS: Final = ("model", "card", "digest")
_AGAIN: Final = "put back the file as it was, or train one with `triage train --agency DIR FILE...`"
_READ_ONLY_MODE: Final = 0o644


class ModelFileError(TriageError):
    """A model's file that cannot be used: its name, what is wrong, and what to do; `problem` is all but the name."""

    def __init__(self, name: str, wrong: str, remedy: str = _AGAIN) -> None:
        super().__init__(f"`{shown(name)}` {wrong}; {remedy}")
        self.name = name
        self.problem = f"{wrong}; {remedy}"


class ModelFile(NamedTuple):
    """What stands in a model's file: the table, its card as plain values, and the digest of both, 64 hex digits."""

    model: Model
    card: Mapping[str, Any]
    digest: str


def read_model(path: Path) -> ModelFile:
    """The model, card and digest in `path`.

    Raises `ModelFileError` where there is no file, or one that is too large, no JSON, altered in as much as a blank,
    written by a newer version, or not a model.
    """
    return _checked(path.name, _bytes(path))


def write_model(path: Path, model: Model, card: Mapping[str, Any]) -> str:
    """The digest of what was written to `path`, whole or not at all. Equal content in equal order: the same bytes.

    Raises `ModelFileError` for what `read_model` would refuse, and `OSError` where it cannot be written.
    """
    content = {"model": model.model_dump(mode="json"), "card": dict(card)}
    try:
        digest = _digest(content)
        data = _rendered({**content, "digest": digest})
    except (TypeError, ValueError, RecursionError):
        raise ModelFileError(path.name, "was not written: its card is not JSON", "give plain finite values") from None
    _checked(path.name, data)
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(_READ_ONLY_MODE)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return digest


def check_fits(model: Model, policy: Policy) -> None:
    """Nothing. Raises `ModelFileError` where the model is for another agency, or its ceiling for another limit."""
    if model.agency != policy.agency:
        raise ModelFileError(
            MODEL_FILE,
            f"was trained for `{shown(model.agency)}`, but the policy is that of `{shown(policy.agency)}`",
            "train one with `triage train --agency DIR FILE...`",
        )
    if model.authority_limit != policy.authority_limit:
        raise ModelFileError(
            MODEL_FILE,
            f"has a ceiling for an authority limit of `{model.authority_limit:g}`, but the policy's is "
            f"`{policy.authority_limit:g}`",
            "train again, or set `authority_limit` back",
        )


def fits_rules(model: Model, policy: Policy) -> bool:
    """Whether the rules still send those calls to a CSO that the model's ceiling was chosen for."""
    return model.routing == policy.routing_digest


def _bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise ModelFileError(
                path.name, "is missing", "train one with `triage train --agency DIR FILE...`, or set `classifier: none`"
            )
        if not path.is_file():
            raise ModelFileError(path.name, "is not a file")
        with path.open("rb") as file:
            data = file.read(BYTES_MAX + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no such path"
        raise ModelFileError(path.name, f"cannot be read: {reason.lower()}", "let this program read it") from None
    if len(data) > BYTES_MAX:
        raise ModelFileError(path.name, f"is too large: more than {BYTES_MAX // 1024**2} MiB")
    return data


def _checked(name: str, data: bytes) -> ModelFile:
    tree = _tree(name, data)
    _only(name, tree, _MEMBERS, "it")
    inner = _object(name, tree["model"], "`model`")
    card = _object(name, tree["card"], "`card`")
    found = inner.get("format")
    if type(found) is not int or found < 1:
        raise ModelFileError(name, f"is not a model: `model.format` is not a number from 1 to {FORMAT}")
    if found > FORMAT:
        raise ModelFileError(
            name, f"was written by a newer version: its format is above `{FORMAT}`", "install that version of triage"
        )
    _check_unaltered(name, tree, data)
    _only(name, inner, tuple(Model.model_fields), "`model`")
    try:
        model = Model.model_validate_json(json.dumps(inner), strict=True)
        check_features([*(feature for term in model.terms for feature in term.features), *model.reference])
    except ValidationError as error:
        raise ModelFileError(name, f"is not a model: {_first(error)}") from None
    except FeatureError as error:
        raise ModelFileError(name, f"is not a model: {error}") from None
    return ModelFile(model, card, tree["digest"])


def _tree(name: str, data: bytes) -> dict[str, Any]:
    try:
        json_text.loads(data)  # which refuses what is deep or given twice
        return _object(name, json.loads(data), "it")
    except json_text.JsonError as error:
        raise ModelFileError(name, f"cannot be read: {error}") from None
    except (ValueError, RecursionError):
        raise ModelFileError(name, "cannot be read: a number in it has too many digits") from None


def _object(name: str, value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ModelFileError(name, f"is not a model: {what} is no object with named members")
    return value


def _only(name: str, tree: Mapping[str, Any], members: tuple[str, ...], what: str) -> None:
    missing = next((member for member in members if member not in tree), None)
    if missing is not None:
        raise ModelFileError(name, f"is not a model: {what} has no `{missing}`")
    unknown = next((member for member in tree if member not in members), None)
    if unknown is not None:
        raise ModelFileError(
            name, f"is not a model: {what} has an unknown `{shown(unknown)}`; {meant(shown(unknown), members)}"
        )


def _check_unaltered(name: str, tree: Mapping[str, Any], data: bytes) -> None:
    """Raises `ModelFileError` unless digest and bytes are those that `write_model` gives this content."""
    try:
        found = _digest({"model": tree["model"], "card": tree["card"]})
        same = found == tree["digest"]
        if same and _rendered(tree) == data:
            return
    except (ValueError, RecursionError):  # a number without end, or half a letter
        raise ModelFileError(name, "was altered: a number or text in it is none that a model has") from None
    how = "it is set out otherwise than it was written" if same else "its digest is not that of its content"
    raise ModelFileError(name, f"was altered: {how}")


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _rendered(tree: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(tree, indent=2, ensure_ascii=False, allow_nan=False)}\n".encode()


def _first(error: ValidationError) -> str:
    """The first of what is wrong with a model, by the place, without what stood there."""
    found = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(shown(str(part)) for part in found["loc"]) or "it"
    return f"`{shown(place, 120)}`: {shown(found['msg'].lower(), 120)}"
