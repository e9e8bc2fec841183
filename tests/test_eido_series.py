"""The EIDOs of several incidents, in any order and however often: the same is known, and no step is less cautious."""

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.eido_examples import document, line, noted
from tests.small_policy import SMALL_POLICY
from tests.spec import NOON, Story
from triage.cli.feed import Step, in_order, steps
from triage.domain.call import NotReported
from triage.domain.desk import Desk
from triage.domain.events import CallTriaged
from triage.domain.evidence import resolve
from triage.domain.facts import FactValue
from triage.domain.hear import reweigh
from triage.domain.policy import Cue
from triage.domain.report import Report
from triage.eido import Incidents, Names, Standing, dumps, loads, onto
from triage.eido.reading import NOTE_END
from triage.eido.series import DOCUMENTS_MAX, INCIDENTS_MAX
from triage.sources import ReportArrived, read_lines
from triage.sources.documents import read_documents
from triage.sources.lines import Lines

CUES = (
    Cue(id="knife", fact="weapon", value=True, words=("knife",)),
    Cue(id="split", fact="violence", value=True, words=("he hit",)),
    Cue(id="neighbour", fact="dispute", value="neighbour", words=("neighbour",)),
    Cue(id="family", fact="dispute", value="family", words=("family",)),
    Cue(id="food", fact="need", value="food", words=("food",)),
)
DESK = Desk(
    SMALL_POLICY.model_copy(update={"cues": CUES, "priorities": {**SMALL_POLICY.priorities, "EIDO-10": "emergency"}})
)
NOTES = ("a knife", "denies having a knife", "neighbour, then family", "family", "needs food", "he", "hit the wall")
LANGUAGES = {"som": "somali", "spa": "spanish"}


class Known(NamedTuple):
    """What is known of a call, and what follows from it."""

    particulars: object
    facts: dict[str, FactValue | None]
    verdict: object


def told(call_id: str, minute: int, **more: Any) -> bytes:
    """An EIDO of a call, told so many minutes after noon."""
    parts = noted(*more.pop("notes", ()))
    if more.pop("caution", False):
        parts["cautionComponent"] = [{"cautionTypeInternalText": "DOG"}]
    if language := more.pop("language", None):
        spoken = {"ncPersonPrimaryLanguage": {"ncLanguageCode": language}}
        parts["personComponent"] = [{"ncPersonComponent": spoken}]
    when = (NOON + timedelta(minutes=minute)).isoformat()
    standard = {
        "internalIncidentId": call_id,
        "incidentTypeInternalText": "WELFARE CHECK",
        "beatOrDispatchGroupText": "C3",
    }
    return line(document(when, parts=parts, **{**standard, **more}))


DOCUMENTS = st.builds(
    told,
    st.sampled_from(["A1", "B1", "C1"]),
    st.integers(0, 5),
    incidentTypeInternalText=st.sampled_from(["WELFARE CHECK", "ROBBERY", "DISPUTE", "NEW ONE"]),
    incidentPriorityInternalText=st.sampled_from(["3", "1", None]),
    incidentCommonPriorityNumber=st.sampled_from([10, 0, None]),
    beatOrDispatchGroupText=st.sampled_from(["C3", "EAST", None]),
    notes=st.lists(st.sampled_from(NOTES), max_size=3, unique=True),
    caution=st.booleans(),
    language=st.sampled_from(["som", "spa", "rus", None]),
)


def fed(lines: Iterable[bytes]) -> Iterable[Step]:
    """The requests that a feed of these lines makes."""
    return steps(read_lines(io.BufferedReader(io.BytesIO(b"".join(one + b"\n" for one in lines)))))


def filed(lines: Iterable[bytes]) -> Iterable[Step]:
    """The requests that a file of these lines makes: each line once, in clock order."""
    stream = io.BufferedReader(io.BytesIO(b"".join(one + b"\n" for one in lines)))
    return in_order([read_documents(Lines(stream, "calls.ndjson"))])


def handle(requests: Iterable[Step], stories: dict[str, Story] | None = None) -> dict[str, Story]:
    """Each call's story once all of these were handled."""
    found = {} if stories is None else stories
    for step in requests:
        found.setdefault(step.request.call_id, Story(DESK)).when(step.request)
    return found


def known(stories: dict[str, Story]) -> dict[str, Known]:
    """What is known of each call, and the verdict that follows."""
    found = {}
    for call_id, story in stories.items():
        assert not isinstance(story.call, NotReported)
        facts = resolve(reweigh(story.call.file, DESK))
        found[call_id] = Known(story.call.file.particulars, facts, DESK.judge.by_rules(facts))
    return found


@given(
    st.lists(DOCUMENTS, min_size=1, max_size=7).flatmap(
        lambda lines: st.tuples(
            st.just(lines),
            st.lists(st.sampled_from(lines), max_size=4).flatmap(lambda more: st.permutations(lines + more)),
        )
    )
)
@settings(max_examples=150)
def test_any_order_and_any_repetition_comes_to_the_same_and_no_step_is_less_cautious(
    orders: tuple[list[bytes], list[bytes]],
) -> None:
    lines, as_they_came = orders
    stories: dict[str, Story] = {}
    for step, count in zip(fed(as_they_came), range(1, len(as_they_came) + 1), strict=True):
        handle([step], stories)
        seen = as_they_came[:count]
        assert known(stories) == known(handle(filed(seen)))  # as if all that came so far had come in its order
        for call_id, now in known(stories).items():
            decided = next(event for event in reversed(stories[call_id].past) if isinstance(event, CallTriaged))
            assert resolve(decided.evidence) == now.facts
            assert (decided.eligible, decided.because) == (now.verdict.route, now.verdict.because)  # type: ignore[attr-defined]
    assert known(stories) == known(handle(filed(lines)))


@given(st.lists(DOCUMENTS, min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_what_was_said_already_is_no_news(lines: list[bytes], shuffled: Any) -> None:
    stories = handle(fed(lines))
    events = {call_id: len(story.past) for call_id, story in stories.items()}
    again = list(lines)
    shuffled.shuffle(again)
    handle(list(fed([*lines, *again]))[len(lines) :], stories)
    assert {call_id: len(story.past) for call_id, story in stories.items()} == events


def kinds(*lines: bytes) -> list[list[str]]:
    """The kinds of events that each line caused."""
    stories: dict[str, Story] = {}
    found = []
    for step in fed(lines):
        handle([step], stories)
        found.append([str(event.kind) for event in stories[step.request.call_id].last])
    return found


def test_successive_documents_are_a_report_and_then_only_what_is_new() -> None:
    assert kinds(
        told("A1", 0), told("A1", 1), told("A1", 2, notes=["a knife"]), told("A1", 3, notes=["a knife", "quiet"])
    ) == [
        ["call_reported", "call_triaged", "call_queued"],
        ["call_updated"],  # said again, later: kept, and nothing is decided anew
        ["call_updated", "call_triaged", "cso_recalled"],
        ["call_updated"],
    ]


def test_an_older_document_that_comes_late_takes_nothing_back_even_if_the_newer_one_was_no_news() -> None:
    robbery = {"incidentTypeInternalText": "ROBBERY"}
    stories = handle(fed([told("A1", 0, **robbery), told("A1", 9, **robbery), told("A1", 5)]))
    assert [event.kind for event in stories["A1"].past] == ["call_reported", "call_triaged", "call_updated"]
    assert known(stories)["A1"].facts["nature"] == "ROBBERY"


def test_nor_after_a_restart_when_only_the_log_remembers() -> None:
    robbery = {"incidentTypeInternalText": "ROBBERY"}
    stories = handle(fed([told("A1", 0, **robbery), told("A1", 9, **robbery)]))
    handle(fed([told("A1", 5)]), stories)
    assert known(stories)["A1"].facts["nature"] == "ROBBERY"
    assert stories["A1"].past[-1].kind == "call_updated"  # told anew, the late one adds nothing


def test_an_incident_that_is_said_to_go_on_after_its_closing_is_open_again() -> None:
    closed = told("A1", 3, incidentStatusCommonRegistryText=["Closed"])
    assert kinds(told("A1", 0), closed, told("A1", 9))[-1] == ["call_updated", "call_triaged", "call_queued"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_our_own_document_that_comes_back_takes_nothing_back_however_late_it_was_written(order: Sequence[int]) -> None:
    first, robbery = told("A1", 0), told("A1", 5, incidentTypeInternalText="ROBBERY")
    at = NOON + timedelta(minutes=9)
    names = Names("police.example.org", "A1")
    standing = Standing(
        names, at, NOON, said=None, nature=None, cleared=False, advice="", unit=None, stage=None, languages=()
    )
    echo = dumps(onto(loads(first), standing)).encode()
    lines = [first, robbery, echo]
    assert known(handle(fed([lines[place] for place in order])))["A1"].facts["nature"] == "ROBBERY"


def test_an_older_document_that_comes_late_still_tells_of_its_danger() -> None:
    stories = handle(fed([told("A1", 9), told("A1", 5, notes=["a knife"])]))
    assert known(stories)["A1"].facts["weapon"] is True
    assert stories["A1"].the(CallTriaged).route == "sworn"


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (2, 0, 1)])
def test_of_other_facts_the_newest_that_speaks_of_them_counts(order: Sequence[int]) -> None:
    lines = [told("A1", 1, language="spa"), told("A1", 2, language="som"), told("A1", 3, language="rus")]
    assert known(handle(fed([lines[place] for place in order])))["A1"].facts["language"] == "somali"


def test_a_closed_incident_closes_the_call_however_often_it_comes_and_whatever_comes_late() -> None:
    closed = told("A1", 9, incidentStatusCommonRegistryText=["Closed"])
    late = told("A1", 5, notes=["a knife"])
    assert kinds(told("A1", 0), closed, closed, late) == [
        ["call_reported", "call_triaged", "call_queued"],
        ["call_updated"],
        ["call_cleared"],
        [],
        [],
        ["call_updated"],
    ]


def test_documents_of_one_moment_count_alike_in_any_order() -> None:
    one, other = told("A1", 1), told("A1", 1, incidentTypeInternalText="ROBBERY")
    assert known(handle(fed([one, other]))) == known(handle(fed([other, one]))) == known(handle(filed([one, other])))


def test_links_are_kept_once() -> None:
    parts = {"linkComponent": [{"incidentTrackingIdentifier": "B7", "linkDirectionCode": "RELATED"}]}
    linked = line(document(NOON.isoformat(), parts=parts))
    assert kinds(linked, linked)[1:] == [["call_linked"], [], []]
    assert [step.request.kind for step in filed([linked, linked])] == ["report_call", "link_call"]  # type: ignore[union-attr]


def test_memory_is_bounded_and_keeps_the_newest() -> None:
    def report(call_id: str, minute: float, **more: Any) -> Report:
        when = NOON + timedelta(minutes=minute)
        return Report.model_validate({"call_id": call_id, "reported_at": when, "call_type": "NOISE", **more})

    incidents = Incidents()
    for minute in range(3 * DOCUMENTS_MAX):
        incidents.put_together(report("A1", minute, narrative=f"note {minute} " + "n" * 2000))
    assert len(incidents._told["A1"]) == DOCUMENTS_MAX
    narrative = incidents.put_together(report("A1", 1)).narrative or ""
    assert narrative.split(NOTE_END)[0].startswith("note 95 ")
    assert 10_000 < len(narrative) <= 20_000
    for number in range(INCIDENTS_MAX + 5):
        incidents.put_together(report(f"C{number}", 0))
    assert len(incidents._told) == INCIDENTS_MAX
    assert "A1" not in incidents._told


def test_a_feed_may_mix_reports_and_documents() -> None:
    plain = b'{"call_id": "P1", "reported_at": "2024-05-15T12:30:00-07:00", "call_type": "PARKING"}'
    items = list(read_lines(io.BufferedReader(io.BytesIO(b"\n".join([told("A1", 0), plain, told("B1", 0)])))))
    assert [item.report.call_id for item in items if isinstance(item, ReportArrived)] == ["A1", "P1", "B1"]
