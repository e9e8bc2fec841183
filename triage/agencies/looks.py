"""What is known of one column while its role is being found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from triage.agencies.profiles import Column
from triage.agencies.time_formats import Times

NAME_WEIGHT: Final = 0.9
OTHER_NAME_WEIGHT: Final = 0.6
"""How much a name counts for its role, and against every other one (assumption)."""

PLAIN_RELIEF: Final = 0.4
"""Values that leave nothing else count so much more than a name that says something else."""


@dataclass(frozen=True)
class Look:
    """A column, what its name and its values say for each role, and how it hangs together with the others.

    `plain` are the roles for which such values leave nothing else. `repeats` is the part of the time that the column
    only repeats, `of` the place of the column that it puts into words.
    """

    column: Column
    times: Times | None
    names: Mapping[str, float]
    values: Mapping[str, float] = field(default_factory=dict)
    because: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    likeness: float = 0.0
    repeats: str | None = None
    of: int | None = None
    is_group: bool = False

    def value(self, role: str) -> float:
        """How much the values say for `role`; 0 where they cannot be that."""
        return self.values.get(role, 0.0)

    def total(self, role: str) -> float:
        """How much name and values say for `role` together; 0 where the values cannot be that."""
        if self.value(role) <= 0:
            return 0.0
        other = max((score for name, score in self.names.items() if name != role), default=0.0)
        mine = self.names.get(role, 0.0)
        against = OTHER_NAME_WEIGHT * (PLAIN_RELIEF if role in self.plain else 1.0)
        return self.value(role) + NAME_WEIGHT * mine - (against * other if mine < other else 0.0)
