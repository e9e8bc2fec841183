"""A model's file: written whole and always alike, and refused for whatever might make it another model."""

import hashlib
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.small_model import SMALL_MODEL, TERMS, model
from tests.small_policy import SMALL_POLICY
from triage.classifiers.files import (
    BYTES_MAX,
    MODEL_FILE,
    ModelFileError,
    check_fits,
    fits_rules,
    read_model,
    write_model,
)
from triage.domain.errors import TriageError
from triage.domain.model import Term

CARD: dict[str, Any] = {"caveats": ["Learnt from a sample, and from São Tomé"], "sources": [], "one_rate": 0.1}
RETRAIN = "put back the file as it was, or train one with `triage train --agency DIR FILE...`"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / MODEL_FILE


def refusal(path: Path) -> str:
    with pytest.raises(ModelFileError) as refused:
        read_model(path)
    assert refused.value.name == path.name
    assert str(refused.value) == f"`{path.name}` {refused.value.problem}"
    assert "\n" not in str(refused.value)
    return refused.value.problem


def signed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """The file with something in it changed and a digest that is right, as somebody does who knows how."""
    tree = json.loads(path.read_bytes())
    change(tree)
    content = {"model": tree["model"], "card": tree["card"]}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    tree["digest"] = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    path.write_bytes((json.dumps(tree, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass"))


# --- there and back ---


def test_a_model_comes_back_as_it_was_written_with_its_card_and_digest(path: Path) -> None:
    digest = write_model(path, SMALL_MODEL, CARD)
    found = read_model(path)
    assert found.model.digest == SMALL_MODEL.digest  # the order of its tables too
    assert tuple(found) == (SMALL_MODEL, CARD, digest)
    assert len(digest) == 64


def test_the_digest_is_that_of_the_canonical_json_of_model_and_card(path: Path) -> None:
    digest = write_model(path, SMALL_MODEL, CARD)
    tree = json.loads(path.read_bytes())
    assert list(tree) == ["model", "card", "digest"]
    del tree["digest"]
    text = json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest == hashlib.sha256(text.encode()).hexdigest()


def test_every_number_comes_back_to_the_last_digit(path: Path) -> None:
    weights = {"WELFARE": 0.1 + 0.2, "CDX": 1e-300, "PARKING": -1 / 3, "MNTL": 5e-324, "SUSP": 123456789012345680.0}
    exact = model(terms=(Term(features=("nature",), weights=weights),), intercept=-0.0)
    write_model(path, exact, CARD)
    assert read_model(path).model.model_dump_json() == exact.model_dump_json()


def test_the_same_model_gives_the_same_bytes_that_a_person_can_read(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    assert write_model(path, SMALL_MODEL, CARD) == write_model(again, model(), dict(CARD))
    assert path.read_bytes() == again.read_bytes()
    assert '        "WELFARE": -0.5,\n' in path.read_text("utf-8")
    assert "São Tomé" in path.read_text("utf-8")


def test_a_newer_model_takes_the_place_of_the_older_one_and_leaves_nothing_beside_it(path: Path) -> None:
    write_model(path, SMALL_MODEL, CARD)
    write_model(path, model(intercept=-3.0), CARD)
    assert read_model(path).model.intercept == -3.0
    assert [entry.name for entry in path.parent.iterdir()] == [MODEL_FILE]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("card", [{"a": float("nan")}, {"a": {1, 2}}, {"a": "\ud800"}, {"a": b"x"}])
def test_what_could_not_be_read_back_is_not_written(path: Path, card: dict[str, Any]) -> None:
    write_model(path, SMALL_MODEL, CARD)
    with pytest.raises(ModelFileError, match="was not written: its card is not JSON"):
        write_model(path, SMALL_MODEL, card)
    deep: Any = []
    for _ in range(70):
        deep = [deep]
    with pytest.raises(ModelFileError, match="nested deeper"):
        write_model(path, SMALL_MODEL, {"a": deep})
    with pytest.raises(ModelFileError, match="`beet`"):
        write_model(path, model(terms=(Term(features=("beet",), weights={"C1": 1.0}),)), CARD)
    assert read_model(path).card == CARD
    assert [entry.name for entry in path.parent.iterdir()] == [MODEL_FILE]


def test_a_write_that_fails_leaves_nothing_beside_what_stood_there(path: Path) -> None:
    path.mkdir()
    with pytest.raises(OSError, match="model"):
        write_model(path, SMALL_MODEL, CARD)
    assert [entry.name for entry in path.parent.iterdir()] == [MODEL_FILE]


def test_a_folder_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_model(tmp_path / "nowhere" / MODEL_FILE, SMALL_MODEL, CARD)


# --- what is refused, and why ---


def test_a_missing_file_is_refused_with_what_to_do(path: Path) -> None:
    assert refusal(path) == "is missing; train one with `triage train --agency DIR FILE...`, or set `classifier: none`"


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir()
    assert refusal(path) == f"is not a file; {RETRAIN}"


def test_a_path_that_no_system_has_is_refused() -> None:
    with pytest.raises(ModelFileError, match=r"^`a\?b` is missing; "):
        read_model(Path("a\0b"))
    with pytest.raises(ModelFileError, match=r"^`x{57}\.\.\.` cannot be read: file name too long; "):
        read_model(Path("x" * 300))


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "cannot be read: not JSON"),
        (b"\xff\xfe", "cannot be read: not UTF-8"),
        (b"{", "cannot be read: not JSON"),
        (b'{"model": NaN}', "cannot be read: not JSON"),
        (b"[" * 100_000, "cannot be read: nested deeper than 64 levels"),
        (b"[" * 70 + b"]" * 70, "cannot be read: nested deeper than 64 levels"),
        (b'{"model": {}, "model": {}}', "cannot be read: a member is given twice"),
        (b"1" * 5000, "cannot be read: a number in it has too many digits"),
        (b"[]", "is not a model: it is no object with named members"),
        (b"null", "is not a model: it is no object with named members"),
        (b"{}", "is not a model: it has no `model`"),
        (b'{"model": {}, "card": {}}', "is not a model: it has no `digest`"),
        (b'{"model": [], "card": {}, "digest": ""}', "is not a model: `model` is no object with named members"),
        (b'{"model": {}, "card": 1, "digest": ""}', "is not a model: `card` is no object with named members"),
        (b'{"model": {}, "card": {}, "digest": ""}', "is not a model: `model.format` is not a number from 1 to 1"),
        (
            b'{"model": {"format": true}, "card": {}, "digest": ""}',
            "is not a model: `model.format` is not a number from 1 to 1",
        ),
        (
            b'{"model": {"format": 1}, "card": {"a": 1e999}, "digest": ""}',
            "was altered: a number or text in it is none that a model has",
        ),
        (
            b'{"model": {"format": 1}, "card": {"a": "\\ud800"}, "digest": ""}',
            "was altered: a number or text in it is none that a model has",
        ),
        (b'{"model": {"format": 1}, "card": {}, "digest": []}', "was altered: its digest is not that of its content"),
    ],
)
def test_what_is_no_model_is_refused_with_the_reason(path: Path, data: bytes, problem: str) -> None:
    path.write_bytes(data)
    assert refusal(path) == f"{problem}; {RETRAIN}"


def test_a_member_that_there_is_not_is_refused_with_the_nearest(path: Path) -> None:
    path.write_bytes(b'{"model": {}, "card": {}, "digest": "", "cards": {}}')
    assert "it has an unknown `cards`; did you mean `card`? valid: model, card, digest" in refusal(path)


def test_a_file_that_is_too_large_is_refused_unread(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(BYTES_MAX + 1)
    assert refusal(path) == f"is too large: more than 20 MiB; {RETRAIN}"


def test_a_number_changed_by_hand_is_refused(path: Path) -> None:
    write_model(path, SMALL_MODEL, CARD)
    path.write_text(path.read_text("utf-8").replace('"ceiling": 0.25', '"ceiling": 0.99'), "utf-8")
    assert refusal(path) == f"was altered: its digest is not that of its content; {RETRAIN}"


@pytest.mark.parametrize(
    ("old", "new"), [(b"\n", b"\r\n"), (b"  ", b"\t"), (b"-0.5,", b"-0.50,"), (b"\xc3\xa3", b"\\u00e3"), (b"{", b"{ ")]
)
def test_a_file_that_is_only_set_out_otherwise_is_refused_too(path: Path, old: bytes, new: bytes) -> None:
    write_model(path, SMALL_MODEL, CARD)
    path.write_bytes(path.read_bytes().replace(old, new))
    assert refusal(path) == f"was altered: it is set out otherwise than it was written; {RETRAIN}"


def test_a_file_of_a_newer_version_says_so_whatever_else_is_new_in_it(path: Path) -> None:
    write_model(path, SMALL_MODEL, CARD)
    tree = json.loads(path.read_bytes())
    tree["model"] = {"format": 2, "forest": []}
    path.write_text(json.dumps(tree), "utf-8")
    assert refusal(path) == ("was written by a newer version: its format is above `1`; install that version of triage")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda model: model.pop("offset"), "`model` has no `offset`"),
        (lambda model: model.update(slop=1.0), "`model` has an unknown `slop`; did you mean `slope`?"),
        (lambda model: model.update(slope=-1.0), "`slope`: input should be greater than 0"),
        (lambda model: model.update(slope="1"), "`slope`: input should be a valid number"),
        (lambda model: model.update(ceiling=0), "`ceiling`: input should be greater than 0"),
        (lambda model: model.update(borrowed=1), "`borrowed`: input should be a valid boolean"),
        (lambda model: model["support"].update(CDX=1.5), "`support.CDX`: input should be a valid integer"),
        (lambda model: model["terms"][0]["weights"].update(CDX=None), "`terms.0.weights.CDX`: input should be"),
        (lambda model: model["terms"][0].update(features=["disposition"]), "`disposition` is known only after"),
        (lambda model: model["terms"][0].update(features=["beet"]), "no feature `beet`; did you mean `beat`?"),
        (lambda model: model["reference"].update(outcome={}), "`outcome` is known only after somebody went"),
        (lambda model: model.update(terms=[]), "`terms`: "),
    ],
)
def test_what_is_wrong_with_a_model_is_named_by_its_place(
    path: Path, change: Callable[[dict[str, Any]], object], problem: str
) -> None:
    write_model(path, SMALL_MODEL, CARD)
    signed(path, lambda tree: change(tree["model"]))
    assert refusal(path).startswith(f"is not a model: {problem}")


def test_what_stood_in_the_file_is_never_quoted_at_length_or_with_controls(path: Path) -> None:
    write_model(path, SMALL_MODEL, CARD)
    signed(path, lambda tree: tree["model"].update({"x\n\x1b" * 500: 1}))
    problem = refusal(path)
    assert "x??x??" in problem
    assert len(problem) < 600


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.data())
def test_any_single_changed_character_of_a_file_is_refused(path: Path, data: st.DataObject) -> None:
    write_model(path, SMALL_MODEL, CARD)
    text = path.read_text("utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(
        st.sampled_from([*'0123456789.-+eE"\\ {}[],:aZ\n\t\r\0é\u2028', ""]).filter(lambda new: new != text[at])
    )
    path.write_bytes((text[:at] + letter + text[at + 1 :]).encode())
    refusal(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_file_cut_off_anywhere_is_refused(path: Path, data: st.DataObject) -> None:
    write_model(path, SMALL_MODEL, CARD)
    path.write_bytes(path.read_bytes()[: data.draw(st.integers(0, path.stat().st_size - 1))])
    refusal(path)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=60), JSON.map(lambda tree: json.dumps(tree).encode())))
def test_hostile_bytes_are_refused_and_nothing_else_happens(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    refusal(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from([*type(SMALL_MODEL).model_fields, "terms/0"]), JSON)
def test_any_value_in_any_field_is_a_model_or_refused(path: Path, field: str, value: Any) -> None:
    write_model(path, SMALL_MODEL, CARD)

    def change(tree: dict[str, Any]) -> None:
        if field == "terms/0":
            tree["model"]["terms"][0] = value
        else:
            tree["model"][field] = value

    signed(path, change)
    try:
        found = read_model(path)
    except ModelFileError:
        return
    write_model(path, found.model, found.card)
    assert read_model(path).model == found.model


# --- for whom it was trained ---


def test_a_model_fits_the_agency_and_limit_that_it_was_trained_for() -> None:
    check_fits(SMALL_MODEL, SMALL_POLICY)
    assert fits_rules(SMALL_MODEL, SMALL_POLICY)


def test_a_model_of_another_agency_is_refused() -> None:
    with pytest.raises(TriageError) as refused:
        check_fits(model(agency="Bigville Police"), SMALL_POLICY)
    assert str(refused.value) == (
        "`model.json` was trained for `Bigville Police`, but the policy is that of `Smallville Police`; "
        "train one with `triage train --agency DIR FILE...`"
    )


def test_a_model_for_another_limit_is_refused() -> None:
    with pytest.raises(ModelFileError) as refused:
        check_fits(model(authority_limit=0.05), SMALL_POLICY)
    assert str(refused.value) == (
        "`model.json` has a ceiling for an authority limit of `0.05`, but the policy's is `0.01`; "
        "train again, or set `authority_limit` back"
    )


def test_rules_that_changed_since_are_seen_and_are_no_error() -> None:
    changed = SMALL_POLICY.model_copy(update={"rules": SMALL_POLICY.rules[1:]})
    check_fits(SMALL_MODEL, changed)
    assert not fits_rules(SMALL_MODEL, changed)
    rostered = SMALL_POLICY.model_copy(update={"dispositions": SMALL_POLICY.dispositions[:1]})
    assert fits_rules(SMALL_MODEL, rostered)


def test_a_model_of_fifty_thousand_weights_is_within_the_limit(path: Path) -> None:
    beats = Term(features=("beat",), weights={f"BEAT {number}": number / 7 for number in range(50_000)})
    write_model(path, model(terms=(*TERMS, beats)), CARD)
    assert path.stat().st_size < BYTES_MAX / 4
    assert read_model(path).model.terms[-1] == beats
