"""How much is much: the shares by which columns are judged (assumption, set on the files that the tests read)."""

from typing import Final

SOME: Final = 0.3
HALF: Final = 0.5
MUCH: Final = 0.7
MOST: Final = 0.9
NEARLY_ALL: Final = 0.97
ALL: Final = 0.999

CODES_MAX: Final = 3_000
"""A column with more different values than this is no list of call types or other codes."""

RELATED_MAX: Final = 12
"""Of columns that could be the same thing, so many are compared with one another."""
