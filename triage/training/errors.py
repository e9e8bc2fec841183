"""What training refuses, and why; every message names the number that is needed."""

from triage.domain.errors import TriageError


class TrainingError(TriageError):
    """Nothing is learnt from these calls, or not with these options. The text says what would be needed."""


class LeakError(TrainingError):
    """A feature tells how a call ended better than anything known before dispatch can: it was filled in afterwards."""

    def __init__(self, message: str, feature: str, figure: float) -> None:
        super().__init__(message)
        self.feature = feature
        self.figure = figure
