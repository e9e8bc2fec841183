"""A model's sections on a terminal: each table cut to what fits, with how much more the page and the JSON have."""

from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from triage.cli.screen import Screen
from triage.training.sheet import Block, Grid, Points, Section, Words

GAP: Final = 2
"""Blanks between two columns of a table."""

WORDS_MIN: Final = 14
"""A column of words that has to be narrower is hard to read."""


def show_sections(screen: Screen, sections: Iterable[Section]) -> None:
    """The sections one below the other, but for those that only a page has room for."""
    for section in sections:
        if section.page_only:
            continue
        screen.head(section.title)
        for place, block in enumerate(section.blocks):
            if place:
                screen.say()
            _show(screen, block)


def show_grid(screen: Screen, grid: Grid) -> None:
    """A table, in parts one below the other where its columns do not fit beside one another."""
    if grid.caption:
        screen.say(f"{grid.caption}:")
    rows = grid.rows
    if grid.left_out:
        rows = rows[grid.left_out :] if grid.from_end else rows[: -grid.left_out]
    for place, columns in enumerate(_side_by_side(grid, rows, screen.width)):
        if place:
            screen.say()
        screen.table(
            [grid.columns[column] for column in columns],
            [[row[column] for column in columns] for row in rows],
            right=[place for place, column in enumerate(columns) if column in grid.right],
            whole=[place for place, column in enumerate(columns) if column in grid.whole],
        )
    if grid.left_out:
        where = "before these" if grid.from_end else "more"
        screen.say(f"... {grid.left_out:,} {grid.what} {where}: --html FILE and --json have all")


def _show(screen: Screen, block: Block) -> None:
    match block:
        case Words(text=text, weighty=weighty):
            screen.say(text, style="bold" if weighty else "")
        case Points(items=items):
            for item in items:
                screen.say(f"- {item}", hang=2)
        case Grid():
            show_grid(screen, block)
        case _:
            assert_never(block)


def _side_by_side(grid: Grid, rows: Sequence[Sequence[str]], width: int) -> list[list[int]]:
    """The columns as they fit beside one another, the first one in every part: no figure may ever be cut off."""
    needs = [
        _need([name, *(row[column] for row in rows)], whole=column in {*grid.right, *grid.whole})
        for column, name in enumerate(grid.columns)
    ]
    parts = [[0]]
    for column in range(1, len(needs)):
        if len(parts[-1]) > 1 and sum(needs[other] + GAP for other in (*parts[-1], column)) - GAP > width:
            parts.append([0])
        parts[-1].append(column)
    return parts


def _need(cells: Sequence[str], *, whole: bool) -> int:
    """The columns of the terminal that a table's column needs at least; words may be broken over lines."""
    longest = max(len(line) for cell in cells for line in cell.split("\n"))
    return longest if whole else min(longest, WORDS_MIN)
