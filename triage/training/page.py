"""A model's card, or its figures on other calls, as one web page that needs nothing else: no script and no network."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Final, NamedTuple, assert_never

from triage.domain.errors import TriageError
from triage.training.sheet import Block, Grid, PictureName, Points, Section, Words

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
"""The page's Content-Security-Policy: its own style and its own pictures, nothing from anywhere.

`unsafe-inline` is for styles alone: some browsers hold the drawings to the page's policy, and these have style
attributes, which no digest can allow.
"""

CHARACTERS_MAX: Final = 20_000_000

_STYLE: Final = """\
:root { color-scheme: light; }
body { background: #fff; color: #1b1f24; font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; margin: 0 auto;
  max-width: 62rem; padding: 1.5rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { border-top: 1px solid #c9d1dc; font-size: 1.2rem;
  margin-top: 2.2rem; padding-top: 1rem; }
p, ul { max-width: 46rem; } li { margin: .3rem 0; }
.first { border: 2px solid #9c2f16; padding: .2rem 1.2rem .6rem; } .first h2 { border: 0; margin-top: .4rem; }
.weighty { font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; margin: .8rem 0; }
caption { font-weight: 600; padding: .3rem 0; text-align: left; }
th, td { border-bottom: 1px solid #dfe3e8; overflow-wrap: anywhere; padding: .25rem .9rem .25rem 0; text-align: left;
  vertical-align: top; }
th { border-bottom: 2px solid #8a94a3; overflow-wrap: normal; } .right { text-align: right; }
td.right { font-variant-numeric: tabular-nums; white-space: nowrap; }
figure { margin: 1rem 0; } img { height: auto; max-width: 100%; } nav ul { columns: 2; }
@media print { body { font-size: 10.5pt; max-width: none; padding: 0; } nav { display: none; }
  figure, tr, .first { break-inside: avoid; } h2, caption { break-after: avoid; } .wide { overflow: visible; }
  thead { display: table-header-group; } }
"""


class PageError(TriageError):
    """The page would be too large to be of use."""


class Picture(NamedTuple):
    """A picture as SVG, and what it shows in words."""

    svg: bytes
    alt: str


def page(title: str, lead: str, sections: Sequence[Section], pictures: Mapping[PictureName, Picture]) -> str:
    """The page as HTML. The first section stands in a frame; a section's picture stands below its heading.

    All text is escaped, as names of files, types and agencies are input. Raises `PageError` beyond `CHARACTERS_MAX`.
    """
    contents = "".join(
        f'<li><a href="#s{place}">{_text(section.title)}</a></li>\n' for place, section in enumerate(sections)
    )
    first, *rest = (_section(place, section, pictures) for place, section in enumerate(sections))
    whole = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>{_text(title)}</h1>\n<p>{_text(lead)}</p>\n"
        f"{first}<nav>\n<h2>Contents</h2>\n<ul>\n{contents}</ul>\n</nav>\n"
        f"{''.join(rest)}</main>\n</body>\n</html>\n"
    )
    if len(whole) > CHARACTERS_MAX:
        raise PageError(f"the page would have {len(whole):,} characters; at most {CHARACTERS_MAX:,} are written")
    return whole


def _section(place: int, section: Section, pictures: Mapping[PictureName, Picture]) -> str:
    framed = ' class="first"' if place == 0 else ""
    drawn = pictures.get(section.picture) if section.picture is not None else None
    picture = "" if drawn is None else _picture(drawn)
    blocks = "".join(_block(block) for block in section.blocks)
    return f'<section id="s{place}"{framed}>\n<h2>{_text(section.title)}</h2>\n{picture}{blocks}</section>\n'


def _picture(picture: Picture) -> str:
    """As data, not as markup of the page: what a drawing says of its style and its ids stays its own."""
    data = b64encode(picture.svg).decode("ascii")
    return f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{_text(picture.alt)}"></figure>\n'


def _block(block: Block) -> str:
    match block:
        case Words(text=text, weighty=weighty):
            weight = ' class="weighty"' if weighty else ""
            return f"<p{weight}>{_text(text)}</p>\n"
        case Points(items=items):
            return "<ul>\n" + "".join(f"<li>{_text(item)}</li>\n" for item in items) + "</ul>\n"
        case Grid():
            return _grid(block)
        case _:
            assert_never(block)


def _grid(grid: Grid) -> str:
    """All rows of a table: a page has room."""
    aside = [' class="right"' if place in grid.right else "" for place in range(len(grid.columns))]
    head = "".join(
        f'<th scope="col"{where}>{_text(name)}</th>' for where, name in zip(aside, grid.columns, strict=True)
    )
    rows = "".join(
        "<tr>" + "".join(f"<td{where}>{_text(cell)}</td>" for where, cell in zip(aside, row, strict=True)) + "</tr>\n"
        for row in grid.rows
    )
    caption = f"<caption>{_text(grid.caption)}</caption>\n" if grid.caption else ""
    return (
        f'<div class="wide"><table>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n'
    )


def _text(text: str) -> str:
    """`text` for HTML, between tags and in attributes, without control characters or such as turn text around."""
    clean = "".join(letter if letter.isprintable() else " " for letter in text)
    return escape(clean, quote=True)
