"""Draws the routes of calls as stacked bars: plain SVG, readable on any background, every share also as words."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

WIDTH: Final = 900
MARGIN: Final = 24
BAR_HEIGHT: Final = 34
STEP: Final = 104
TOP: Final = 112
LABELLED_MIN: Final = 0.06
"""A narrower part has no number of its own; the words below the bar have it."""

PER_CENT: Final = 0.01

INK: Final = "#1b1f24"
PAPER: Final = "#ffffff"


class Bar(NamedTuple):
    """The calls of one bar: `away` are sworn, but one question from a CSO; `sworn` are the other sworn ones."""

    title: str
    label: str
    cso: int
    away: int
    both: int
    other: int
    sworn: int

    @property
    def calls(self) -> int:
        """All calls of the bar."""
        return self.cso + self.away + self.both + self.other + self.sworn

    def share(self, number: int) -> float:
        """`number` as a share of the bar's calls; 0 where there are none."""
        return number / self.calls if self.calls else 0.0


class Part(NamedTuple):
    """How one part of a bar looks and is called."""

    field: str
    words: str
    fill: str
    ink: str


PARTS: Final = (
    Part("cso", "CSO", "#0b6e4f", "#ffffff"),
    Part("away", "sworn, one question from a CSO", "url(#hatched)", INK),
    Part("both", "officer and CSO", "url(#dotted)", INK),
    Part("other", "other agency", "#f2d388", INK),
    Part("sworn", "sworn, the rest", "#3c4a63", "#ffffff"),
)

PATTERNS: Final = f"""\
<defs>
<pattern id="hatched" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#d7efe4"/><rect width="2.5" height="8" fill="#0b6e4f"/>
</pattern>
<pattern id="dotted" width="8" height="8" patternUnits="userSpaceOnUse">
<rect width="8" height="8" fill="#dfe6f3"/><circle cx="4" cy="4" r="1.6" fill="{INK}"/>
</pattern>
</defs>"""


def drawn(bars: Sequence[Bar]) -> str:
    """The picture of `bars`, one below the other, as the text of an SVG file."""
    height = TOP + STEP * len(bars)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"',
        'role="img" aria-labelledby="title says" font-family="Helvetica, Arial, sans-serif" font-size="14">',
        '<title id="title">Who would go, with nothing asked</title>',
        f'<desc id="says">{escape(" ".join(f"{bar.title}, {bar.label}: {in_words(bar)}." for bar in bars))}</desc>',
        PATTERNS,
        f'<rect x="0.5" y="0.5" width="{WIDTH - 1}" height="{height - 1}" rx="8" fill="{PAPER}" stroke="#8a939f"/>',
        _text(MARGIN, 38, "Who would go, by the rules, as first reported and with nothing asked", size=18, bold=True),
        *_legend(),
    ]
    for place, bar in enumerate(bars):
        lines += _bar(bar, TOP + STEP * place)
    return "\n".join([*lines, "</svg>"]) + "\n"


def in_words(bar: Bar) -> str:
    """Every part of the bar that is not empty, in words and per cent."""
    found = [(part.words, bar.share(getattr(bar, part.field))) for part in PARTS if getattr(bar, part.field)]
    return " \N{MIDDLE DOT} ".join(f"{words}: {_per_cent(share)}" for words, share in found) or "no calls"


def _legend() -> list[str]:
    lines = []
    across = float(MARGIN)
    for part in PARTS:
        lines.append(f'<rect x="{across:.0f}" y="58" width="22" height="16" fill="{part.fill}" stroke="{INK}"/>')
        lines.append(_text(across + 30, 71, part.words))
        across += 56 + 7.2 * len(part.words)
    return lines


def _bar(bar: Bar, top: float) -> list[str]:
    lines = [
        _text(MARGIN, top, bar.title, bold=True),
        _text(MARGIN + 9.2 * len(bar.title) + 8, top, f"{bar.label} ({bar.calls:,} calls)"),
    ]
    across, full = float(MARGIN), WIDTH - 2 * MARGIN
    for part in PARTS:
        share = bar.share(getattr(bar, part.field))
        if not share:
            continue
        width = full * share
        lines.append(
            f'<rect x="{across:.1f}" y="{top + 10:.0f}" width="{width:.1f}" height="{BAR_HEIGHT}" fill="{part.fill}"'
            f' stroke="{PAPER}"/>'
        )
        if share >= LABELLED_MIN:
            lines += _number(across + width / 2, top + 32, share, part)
        across += width
    return [*lines, _text(MARGIN, top + 64, in_words(bar), size=13)]


def _number(middle: float, base: float, share: float, part: Part) -> list[str]:
    """A part's per cent in its middle; on a pattern it has a plate behind it."""
    plate = f'<rect x="{middle - 23:.1f}" y="{base - 15:.0f}" width="46" height="20" rx="3" fill="{PAPER}"/>'
    text = (
        f'<text x="{middle:.1f}" y="{base:.0f}" text-anchor="middle" fill="{part.ink}" font-weight="bold">'
        f"{_per_cent(share)}</text>"
    )
    return [plate, text] if part.fill.startswith("url") else [text]


def _text(across: float, base: float, text: str, *, size: int = 14, bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{across:.0f}" y="{base:.0f}" font-size="{size}"{weight} fill="{INK}">{escape(text)}</text>'


def _per_cent(share: float) -> str:
    """Whole per cent; what is nearly nothing or nearly all is not called so."""
    return "<1%" if 0 < share < PER_CENT else ">99%" if 1 - PER_CENT < share < 1 else f"{share:.0%}"
