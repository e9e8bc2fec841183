"""A share with its 95 % interval, which stays honest for few calls and for shares near nought."""

from math import sqrt
from typing import Final, NamedTuple

Z_95: Final = 1.959964
"""The 97.5th percentile of the standard normal distribution: half of the other 5 % lies beyond it on either side."""


class Share(NamedTuple):
    """`number` of `of`. Of nothing there is no share: then `share`, `low` and `high` are None."""

    number: int
    of: int

    @property
    def share(self) -> float | None:
        """From 0 to 1."""
        return self.number / self.of if self.of else None

    @property
    def low(self) -> float | None:
        """The lower end of the 95 % interval."""
        return self._end(-1)

    @property
    def high(self) -> float | None:
        """The upper end of the 95 % interval."""
        return self._end(+1)

    def _end(self, side: int) -> float | None:
        """One end of Wilson's score interval.

        E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
        Statistical Association 22 (1927), 209-212; without continuity correction, method 3 of R. G. Newcombe,
        Statistics in Medicine 17 (1998), 857-872.
        """
        if not self.of:
            return None
        share, squared = self.number / self.of, Z_95 * Z_95
        middle = share + squared / (2 * self.of)
        spread = Z_95 * sqrt(share * (1 - share) / self.of + squared / (4 * self.of * self.of))
        return min(1.0, max(0.0, (middle + side * spread) / (1 + squared / self.of)))
