"""How `--help` looks: plain text in two columns, wrapped to the window, no boxes, the same in a pipe."""

import shutil
import textwrap
from itertools import pairwise
from typing import Any, Final

from cyclopts.help import HelpEntry, HelpPanel
from rich.console import Console, ConsoleOptions

WIDTH_MAX: Final = 100
LABEL_MAX: Final = 26


class Manual:
    """Prints the usage, the description and each group of commands or options."""

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:  # noqa: ARG002 - as above
        """One group: its entries, labels left, what they mean right."""
        entries = [(_label(entry), _meaning(entry)) for entry in panel.entries]
        if not entries:
            return
        column = min(max(len(label) for label, _ in entries), LABEL_MAX) + 4
        lines = [f"{_plain(panel.title)}:"]
        for label, meaning in entries:
            first = f"  {label}".ljust(column)
            if len(label) > LABEL_MAX:
                lines.append(first)
                first = " " * column
            lines.append(
                textwrap.fill(meaning, _width(), initial_indent=first, subsequent_indent=" " * column).rstrip()
            )
        _print(console, "\n".join(lines) + "\n")

    def render_usage(self, console: Console, options: ConsoleOptions, usage: Any) -> None:  # noqa: ARG002 - the library's protocol
        """The line that says how to call it."""
        if text := _plain(usage):
            _print(console, f"{text if text.startswith('Usage:') else f'Usage: {text}'}\n")

    def render_description(self, console: Console, options: ConsoleOptions, description: Any) -> None:  # noqa: ARG002 - as above
        """What it does, wrapped anew; indented lines are examples and stay as they are."""
        if text := _plain(description):
            _print(console, reflowed(text, _width()) + "\n")


def reflowed(text: str, width: int) -> str:
    """`text` with each paragraph wrapped to `width`; lines that are indented are kept."""
    paragraphs: list[list[str]] = [[]]
    for line in text.splitlines():
        if not line.strip() or line.startswith(" ") or (paragraphs[-1] and paragraphs[-1][-1].startswith(" ")):
            paragraphs.append([])
        if line.strip():
            paragraphs[-1].append(line)
    filled = [
        (part[0] if part[0].startswith(" ") else textwrap.fill(" ".join(part), width, break_on_hyphens=False))
        for part in paragraphs
        if part
    ]
    whole = filled[0] if filled else ""
    for before, after in pairwise(filled):
        whole += ("\n" if before.startswith(" ") and after.startswith(" ") else "\n\n") + after
    return whole


def _label(entry: HelpEntry) -> str:
    return ", ".join(entry.display_labels_with_metavar)


def _meaning(entry: HelpEntry) -> str:
    parts = [_plain(entry.description)]
    if entry.choices:
        parts.append(f"One of: {', '.join(entry.choices)}.")
    if entry.required:
        parts.append("Required.")
    notes = [f"default {entry.default}"] if entry.default is not None else []
    notes += [f"or the variable {name}" for name in entry.env_var or ()]
    if notes:
        parts.append(f"({'; '.join(notes)})")
    return " ".join(part for part in parts if part)


def _plain(renderable: Any) -> str:
    """The text of what the library hands over."""
    if renderable is None:
        return ""
    if isinstance(plain := getattr(renderable, "plain", None), str):
        return plain.rstrip()
    if not hasattr(renderable, "__rich_console__"):
        return str(renderable).rstrip()
    wide = Console(width=2000, force_terminal=False, no_color=True, highlight=False, markup=False, emoji=False)
    with wide.capture() as captured:
        wide.print(renderable, end="")
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def _width() -> int:
    return max(40, min(shutil.get_terminal_size((80, 24)).columns, WIDTH_MAX))


def _print(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, emoji=False, soft_wrap=True)
