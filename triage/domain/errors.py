"""Every refusal, typed, with the ids that it is about as fields. None of them ever carries a narrative."""

from collections.abc import Iterable
from difflib import get_close_matches


class TriageError(Exception):
    """Anything that this project refuses to do."""


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """The one of `valid` that `word` most likely meant, or None."""
    by_lower = {option.lower(): option for option in valid}
    found = get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def meant(word: str, valid: Iterable[str]) -> str:
    """The end of an error about `word`: the nearest valid word and all of them."""
    options = list(valid)
    near = nearest(word, options)
    hint = f"did you mean `{near}`? " if near else ""
    return f"{hint}valid: {', '.join(options)}"


class CallRefusedError(TriageError):
    """A command that the state of its call does not allow."""

    def __init__(self, call_id: str, message: str) -> None:
        super().__init__(f"call `{call_id}`: {message}")
        self.call_id = call_id


class CallNotFoundError(CallRefusedError):
    """Nobody ever reported this call."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id, "nobody reported it")


class CallUnreadableError(CallRefusedError):
    """No report of the call could be read, so there is nothing to answer."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id, "no report of it could be read; it stays sworn until CAD reports it again")


class CallClearedError(CallRefusedError):
    """The call is closed."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id, "it is cleared already")


class CallTakenError(CallRefusedError):
    """Another unit has the call."""

    def __init__(self, call_id: str, unit: str) -> None:
        super().__init__(call_id, f"`{unit}` has it")
        self.unit = unit


class CallNotInQueueError(CallRefusedError):
    """The call does not wait for a CSO unit."""

    def __init__(self, call_id: str, route: str) -> None:
        super().__init__(call_id, f"it waits for no CSO unit; its route is `{route}`")
        self.route = route


class WrongQueueError(CallRefusedError):
    """The call waits for another unit."""

    def __init__(self, call_id: str, unit: str) -> None:
        super().__init__(call_id, f"it waits for `{unit}`")
        self.unit = unit


class CallNotTakenError(CallRefusedError):
    """The unit has not claimed the call."""

    def __init__(self, call_id: str, unit: str) -> None:
        super().__init__(call_id, f"`{unit}` has not claimed it")
        self.unit = unit


class UnknownUnitError(CallRefusedError):
    """The roster has no such unit."""

    def __init__(self, call_id: str, unit: str, valid: Iterable[str]) -> None:
        super().__init__(call_id, f"no unit `{unit}` in the roster; {meant(unit, valid)}")
        self.unit = unit


class UnknownFactError(CallRefusedError):
    """No such fact, or one that nobody asks a caller."""

    def __init__(self, call_id: str, fact: str, valid: Iterable[str]) -> None:
        super().__init__(call_id, f"no question is called `{fact}`; {meant(fact, valid)}")
        self.fact = fact


class InvalidAnswerError(CallRefusedError):
    """The fact has no such value."""

    def __init__(self, call_id: str, fact: str, value: str, valid: Iterable[str]) -> None:
        super().__init__(call_id, f"`{fact}` cannot be `{value}`; {meant(value, valid)}")
        self.fact = fact
        self.value = value


class UnknownReasonError(CallRefusedError):
    """The policy has no such override reason."""

    def __init__(self, call_id: str, reason: str, valid: Iterable[str]) -> None:
        super().__init__(call_id, f"no override reason `{reason}`; {meant(reason, valid)}")
        self.reason = reason


class RouteUnchangedError(CallRefusedError):
    """The override would change nothing."""

    def __init__(self, call_id: str, route: str) -> None:
        super().__init__(call_id, f"its route is `{route}` already")
        self.route = route


class DangerKnownError(CallRefusedError):
    """Somebody stated a danger that no person may talk away from a desk."""

    def __init__(self, call_id: str, rules: tuple[str, ...]) -> None:
        super().__init__(
            call_id,
            f"known danger ({', '.join(rules)}); "
            "only an officer on scene may hand it to a CSO (reason `officer-on-scene`)",
        )
        self.rules = rules


class NoUnitError(CallRefusedError):
    """No unit can take the call, so it stays with an officer."""

    def __init__(self, call_id: str, reason: str) -> None:
        super().__init__(call_id, f"no CSO unit can take it: {reason.replace('_', ' ')}; it stays sworn")
        self.reason = reason


class DispositionRefusedError(CallRefusedError):
    """A CSO unit cannot close a call so."""

    def __init__(self, call_id: str, code: str, valid: Iterable[str]) -> None:
        super().__init__(call_id, f"a CSO unit cannot close a call with `{code}`; {meant(code, valid)}")
        self.code = code


class SelfLinkError(CallRefusedError):
    """A call cannot be linked to itself."""

    def __init__(self, call_id: str) -> None:
        super().__init__(call_id, "it cannot be linked to itself")
