"""`triage policy diff`: what differs between two policies, whether they are folders or stand in a log."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from cyclopts import Parameter

from triage.cli.failures import DONE, FOUND, UsageError
from triage.cli.options import STANDARD, Common
from triage.cli.policy_text import show
from triage.cli.screen import Screen
from triage.cli.session import policy_of, reading
from triage.domain.policy import Policy
from triage.policy_diff import PolicyDiff
from triage.policy_diff import diff as compare

DIGEST_MIN: Final = 6
_DIGEST: Final = re.compile(rf"(?:(?P<log>.+)@)?(?P<digest>[0-9a-fA-F]{{{DIGEST_MIN},16}})")


def diff(
    before: Annotated[str, Parameter(name="A", help="A folder, a policy's digest, or LOG@DIGEST.")],
    after: Annotated[str, Parameter(name="B", help="Another one: what differs in it is told.")],
    /,
    *,
    common: Common = STANDARD,
) -> int:
    """What differs between two policies, in words.

    What makes fewer calls sworn comes first: the call types that a CSO may now take where an officer had to go, by
    judging every call type at every priority and by every channel with nothing else known. Then what stands behind it:
    rules, call types, codes, cues, dispositions, roster and settings. A digest is the one that `triage log` shows in
    `policy_adopted`; its first 6 digits are enough. Exit code 1 if they differ.

    For example:

        triage policy diff config/seattle draft
        triage policy diff 3f9c21 config/seattle
        triage policy diff archive/2023.db@3f9c21 config/seattle --json

    With --json: same, before and after (from, agency, policy), moved, asked, changes, priorities, channels.
    """
    screen = Screen(as_json=common.json)
    first, second = _found(before, common), _found(after, common)
    differences = compare(first.policy, second.policy)
    if screen.as_json:
        screen.document(_document(first, second, differences))
    else:
        show(differences, (first.label, second.label), screen)
    return DONE if differences.is_same else FOUND


class _Named(NamedTuple):
    label: str
    policy: Policy


def _found(text: str, common: Common) -> _Named:
    """The policy that `text` names: that of a folder, or one that a log adopted."""
    folder = Path(text)
    if text.strip() and folder.is_dir():
        return _Named(text, policy_of(folder))
    named = _DIGEST.fullmatch(text)
    if named is None:
        raise UsageError(
            f"`{text[:60]}` is no policy: name an agency's folder, or a digest of {DIGEST_MIN} to 16 hexadecimal digits"
            " that the log holds, or LOG@DIGEST"
        )
    return _from_log(named["digest"].lower(), replace(common, log=named["log"] or common.log))


def _from_log(digest: str, common: Common) -> _Named:
    with reading(common) as session:
        policies = {policy.digest: policy for policy in session.app.adopted()}
    found = [policy for name, policy in policies.items() if name.startswith(digest)]
    if len(found) == 1:
        return _Named(f"{common.log}@{found[0].digest}", found[0])
    held = ", ".join(f"`{name}`" for name in policies) or "none"
    if not found:
        raise UsageError(
            f"no policy `{digest}` in the log `{common.log}`, and no folder is called so; it holds: {held}"
        )
    raise UsageError(
        f"`{digest}` is not clear: {len(found)} policies in the log `{common.log}` begin so; it holds: {held}"
    )


def _document(before: _Named, after: _Named, differences: PolicyDiff) -> dict[str, object]:
    return {
        "same": differences.is_same,
        "before": {"from": before.label, "agency": before.policy.agency, "policy": differences.before},
        "after": {"from": after.label, "agency": after.policy.agency, "policy": differences.after},
        "moved": [moved._asdict() for moved in differences.moved],
        "asked": [asked._asdict() for asked in differences.asked],
        "changes": [change._asdict() for change in differences.changes],
        "priorities": differences.priorities,
        "channels": differences.channels,
    }
