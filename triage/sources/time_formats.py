"""Formats of local times: what they read, whether two can read one text, and where the day in one ends."""

import re
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Final, NamedTuple, Self

_DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "b": r"(?P<b>[A-Za-z]{3})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "p": r"(?P<p>[AaPp][Mm])",
    "M": r"(?P<M>\d{1,2})",
    "S": r"(?P<S>\d{1,2})",
    "f": r"(?P<f>\d{1,6})",
}
_WIDTHS: Final = {
    **dict.fromkeys("mdHIMS", ("0", 1, 2)),
    "Y": ("0", 4, 4),
    "y": ("0", 2, 2),
    "f": ("0", 1, 6),
    "b": ("a", 3, 3),
    "p": ("a", 2, 2),
}
MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAY: Final = "Yymbd"
HOUR: Final = "HIp"
WITHIN: Final = "MSf"


def compile_format(text: str) -> re.Pattern[str]:
    """The pattern of a strptime format, with a group for each of `YymbdHIpMSf` (empty where the format has none).

    Our own and not `strptime`, which is ten times slower and reads month names by the process's locale.

    Raises:
        ValueError: the format uses a directive that is not known, lacks a year, month or day, or has `%I` without `%p`.
    """
    used = [part[1:] for part in re.findall(r"%.|%$", text, re.DOTALL)]
    for name in used:
        if name not in _DIRECTIVES:
            known = " ".join(f"%{known}" for known in _DIRECTIVES)
            raise ValueError(f"`%{name}` is not known in a time format; known: {known}")
    once = len(set(used)) == len(used) and ("Y" in used) != ("y" in used) and ("m" in used) != ("b" in used)
    if not once or "d" not in used:
        raise ValueError(f"`{text}` needs one year, one month and one day, each once")
    if ("I" in used) != ("p" in used) or ("H" in used and "I" in used):
        raise ValueError(f"`{text}` needs `%H` alone or `%I` with `%p`")
    return _compiled(text, _DIRECTIVES)


def may_both_fit(one: str, other: str) -> bool:
    """Whether there may be a text that both formats fit: all their parts are of one kind and one length."""
    first, second = _skeleton(one), _skeleton(other)
    return len(first) == len(second) and all(
        kind == other_kind and shortest <= other_longest and other_shortest <= longest
        for (kind, shortest, longest), (other_kind, other_shortest, other_longest) in zip(first, second, strict=True)
    )


class Format(NamedTuple):
    """A pattern, and the numbers of its groups that say the day, the hour, and the time within it."""

    pattern: re.Pattern[str]
    day: tuple[int, ...]
    hour: tuple[int, ...]
    within: tuple[int, ...]
    halves: "Halves | None"

    @classmethod
    def of(cls, text: str) -> Self:
        """The format that `text` writes."""
        pattern = compile_format(text)
        day, hour, within = (_groups(pattern, names) for names in (DAY, HOUR, WITHIN))
        return cls(pattern, day, hour, within, Halves.of(text))


class Halves(NamedTuple):
    """A format whose day stands before its time of day: the sign between them, how often it stands in the day too."""

    sign: str
    before: int
    day: re.Pattern[str]
    rest: re.Pattern[str]

    @classmethod
    def of(cls, text: str) -> "Halves | None":
        """The halves of the format that `text` writes; None where it is not written in that order, or has no time."""
        found = re.fullmatch(rf"((?:%[{DAY}]|[^%])*%[{DAY}])([^%\w]|T)((?:%[{HOUR}{WITHIN}]|[^%])+)", text)
        if found is None or "%" not in found[3] or ("b" in found[1] and found[2] == "T"):
            return None
        day, sign, rest = found.groups()
        return cls(sign, day.count(sign), _compiled(day, DAY), _compiled(rest, HOUR + WITHIN))

    def cut(self, texts: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
        """The days of texts, and their times of day."""
        if self.before:
            cut = [text.split(self.sign, self.before + 1) for text in texts]
            return [self.sign.join(parts[:-1]) for parts in cut], [parts[-1] for parts in cut]
        days, _, rests = zip(*map(str.partition, texts, repeat(self.sign)), strict=True)
        return days, rests


def _compiled(text: str, names: Iterable[str]) -> re.Pattern[str]:
    """The pattern of a format, with a group for each of `names`, empty where the format has none."""
    parts = re.findall(r"%.|[^%]+", text)
    patterns = [_pattern(part, before) for before, part in zip(["", *parts], parts, strict=False)]
    absent = [f"(?P<{name}>)" for name in names if f"%{name}" not in parts]
    return re.compile("".join(patterns + absent), re.ASCII)


def _pattern(part: str, before: str) -> str:
    """The pattern of one part of a format. A number right behind another has two digits: `105` is 1:05, not 10:5."""
    if part[0] != "%":
        return re.escape(part)
    joined = before[:1] == "%" and before[1:] not in {"b", "p"} and _WIDTHS[part[1:]] == ("0", 1, 2)
    return rf"(?P<{part[1:]}>\d{{2}})" if joined else _DIRECTIVES[part[1:]]


def _groups(pattern: re.Pattern[str], names: str) -> tuple[int, ...]:
    return tuple(pattern.groupindex[name] for name in names)


def _skeleton(text: str) -> list[tuple[str, int, int]]:
    """The parts of a format in order: digits, letters, or a sign of its own, and how many characters of each."""
    found: list[tuple[str, int, int]] = []
    for part in re.findall(r"%.|.", text, re.DOTALL):
        kind, shortest, longest = _WIDTHS.get(part[1:]) or _literal(part)
        if found and found[-1][0] == kind and kind in {"0", "a"}:
            _, before, before_longest = found.pop()
            shortest, longest = before + shortest, before_longest + longest
        found.append((kind, shortest, longest))
    return found


def _literal(char: str) -> tuple[str, int, int]:
    return ("0" if char.isdigit() else "a" if char.isalpha() else char), 1, 1
