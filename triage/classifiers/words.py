"""A model's answer in words: why it has no opinion, and what each value of a call is called."""

from collections.abc import Iterable, Mapping
from typing import Final

from triage.classifiers.features import NOT_STATED

SHOWN_MAX: Final = 60
"""Characters of a value that a reason shows."""

_CALLED: Final[Mapping[str, str]] = {
    "type": "the agency's type {}",
    "severity": "credible worst case {}",
    "likelihood": "worst case {}",
    "priority": "priority {}",
    "channel": "channel {}",
    "hours": "at {} o'clock",
    "weekday": "on a {}",
    "beat": "beat {}",
}

_NAMES: Final[Mapping[str, str]] = {
    "nature": "canonical type",
    "type": "the agency's type",
    "severity": "credible worst case",
    "likelihood": "likelihood of the worst case",
}


def kind(abstained: str) -> str:
    """What abstentions are counted by: the beginning of a reason, up to its colon, without the call's own figures."""
    return abstained.partition(":")[0]


def no_ceiling(limit: float) -> str:
    """The reason where no ceiling was found for `limit`, a share."""
    return f"no ceiling satisfied the limit of {100 * limit:.4g} %: every CSO is withheld"


def type_unknown() -> str:
    """The reason where a call has no canonical type."""
    return "call type not mapped: without a canonical type there are 0 calls to compare with"


def few_of_type(nature: str, calls: int, least: int) -> str:
    """The reason where training saw only `calls` decided calls of a canonical type, and `least` are needed."""
    return f"too few calls of this type: training saw {calls} of {shown(nature)}, {max(least, 1)} are needed"


def few_of_combination(values: Mapping[str, str], calls: int, least: int) -> str:
    """The reason where training saw only `calls` decided calls with these values of features together."""
    first, *others = (value_of(feature, shown(value)) for feature, value in values.items())
    together = f"{first} with {', '.join(others)}" if others else first
    return f"too few calls of this combination: training saw {calls} of {together}, {max(least, 1)} are needed"


def danger_unseen(name: str, value: object, nature: str) -> str:
    """The reason where a known danger never came with this canonical type in training."""
    stated = "yes" if value is True else str(value)
    return (
        f"danger never seen with this type: {name.replace('_', ' ')} ({shown(stated)}) came with 0 of {shown(nature)}"
    )


def value_unseen(feature: str, value: str) -> str:
    """The reason where training never saw a value of a feature."""
    return f"value never seen in training: {value_of(feature, shown(value))} came with 0 calls"


def drifted(features: Iterable[str], calls: int, limit: float) -> str:
    """The reason where the last `calls` calls differ too much from those of training."""
    named = ", ".join(feature.replace("_", " ") for feature in features)
    return shown(
        f"drift: over {calls:,} calls the stability index of {named} exceeded {limit:.4g}, unlike those of training",
        190,
    )


def broken(error: Exception) -> str:
    """The reason where a call could not be assessed; the error's class alone, as its message may quote the call."""
    return f"not assessable: {shown(type(error).__name__)} while its 1 call was read"


def value_of(feature: str, value: str, names: Mapping[str, str] | None = None) -> str:
    """A feature's value as people say it, for example `noise disturbance (NOISE)`, `on a Sunday` or `weapon: yes`.

    `names` are the canonical types' descriptions by code; a type without one is called by its code.
    """
    if value != NOT_STATED and feature == "nature":
        name = (names or {}).get(value)
        return value if name is None else f"{name} ({value})"
    if value != NOT_STATED and feature in _CALLED:
        return _CALLED[feature].format(value)
    return f"{called(feature)}: {value}"


def together(values: Iterable[str]) -> str:
    """Several values in words, as one."""
    first, *others = values
    return first + "".join(f" {value}" if value.startswith(("at ", "on ")) else f" with {value}" for value in others)


def called(feature: str) -> str:
    """A feature's name as people say it."""
    return _NAMES.get(feature, feature.replace("_", " "))


def shown(text: str, most: int = SHOWN_MAX) -> str:
    """`text` on one line, what cannot be printed as `?`, and no longer than `most` characters."""
    clean = "".join(letter if letter.isprintable() else "?" for letter in text[: most + 1])
    return clean if len(clean) <= most else clean[: most - 3] + "..."
