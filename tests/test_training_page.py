import re
from base64 import b64decode
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.card_examples import AGENCY, BORROWED, CARD, DIGEST, NO_CEILING, source
from tests.small_model import model
from triage.cli.model_pictures import pictures_for_page
from triage.training.card import Card, FileRead
from triage.training.card_words import account
from triage.training.page import CHARACTERS_MAX, PageError, Picture, page
from triage.training.sheet import Grid, Points, Section, Words

VOID = {"meta", "img"}
HOSTILE = "<script>alert('x')</script>\"><img src=http://evil onerror=x>&amp;"


class Read(HTMLParser):
    """A page as a browser reads it: what stands in which element, and every attribute."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data))

    def of(self, tag: str) -> list[str]:
        return [text for where, text in self.texts if where == tag]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def made(card: Card = CARD) -> str:
    found = account(card, model(agency=AGENCY, ceiling=card.certificate.ceiling), DIGEST)
    return page("The model of Smallville", "In use.", found, pictures_for_page(card.test, 0.01))


@pytest.fixture(scope="module")
def whole() -> str:
    return made()


@pytest.mark.parametrize("card", [CARD, NO_CEILING, BORROWED], ids=["ceiling", "no ceiling", "borrowed"])
def test_every_element_is_closed_and_every_picture_is_there_once(card: Card) -> None:
    read = Read(made(card))
    assert read.open == []
    assert len(read.attributes("img")) == 3
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"] for link in read.attributes("a")} == {f"#{name}" for name in ids}


def test_it_holds_no_script_and_nothing_from_any_address(whole: str) -> None:
    read = Read(whole)
    names = {name for name, _ in read.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "base", "video", "svg"}
    for _, attributes in read.tags:
        assert not any(name.startswith("on") or name == "style" for name in attributes)
        for name in ("src", "href"):
            assert re.match(r"data:image/svg\+xml;base64,|#s\d+$", attributes.get(name) or "#s0")
    assert "@import" not in whole
    assert "url(" not in whole


def test_its_policy_forbids_everything_but_its_own_style_and_pictures(whole: str) -> None:
    (policy,) = [tag["content"] for tag in Read(whole).attributes("meta") if tag.get("http-equiv")]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_caveats_stand_before_everything_else(whole: str) -> None:
    read = Read(whole)
    assert read.of("h2")[0] == "Read this first"
    assert read.of("li")[: len(CARD.caveats)] == list(CARD.caveats)
    assert whole.index(CARD.caveats[0]) < whole.index("<nav>") < whole.index("What it is for")


def test_each_picture_can_be_drawn_and_is_told_in_words(whole: str) -> None:
    for image in Read(whole).attributes("img"):
        data = (image["src"] or "").partition("base64,")[2]
        assert ET.fromstring(b64decode(data, validate=True)).tag.endswith("svg")
        assert len(image["alt"] or "") > 60


def test_every_number_of_a_picture_stands_in_a_table_too(whole: str) -> None:
    cells = set(Read(whole).of("td"))
    assert {"4 of 320: 1.25% (0.34-3.17)", "101 of 318: 31.8% (26.7-37.2)"} <= cells
    assert {"402 of 668: 60.2% (56.4-63.9)", "1 of 111: 0.90% (0.02-4.92)"} <= cells
    assert {"2022-11-07", "30 (2.59%)"} <= cells


def test_a_page_has_every_row_and_every_weight() -> None:
    card = CARD.model_copy(
        update={"sources": (source(files=tuple(FileRead(name=f"f{n}", sha256="0" * 64, rows=n) for n in range(40))),)}
    )
    cells = Read(made(card)).of("td")
    assert {f"f{number}" for number in range(40)} <= set(cells)
    assert {"CDX, at 00-03 o'clock", "+0.750", "WELFARE CHECK", "-0.375"} <= set(cells)


def test_names_from_files_are_text_wherever_they_stand() -> None:
    card = CARD.model_copy(
        update={
            "caveats": (HOSTILE,),
            "sources": (source(HOSTILE, files=(FileRead(name=HOSTILE, sha256=HOSTILE, rows=1),)),),
            "trained_by": HOSTILE,
            "test": CARD.test.model_copy(
                update={
                    "abstained": {HOSTILE: 1},
                    "cuts": {HOSTILE: (CARD.test.cuts["beat"][0].model_copy(update={"value": HOSTILE}),)},
                }
            ),
        }
    )
    found = account(card, model(agency=HOSTILE), HOSTILE)
    read = Read(page(HOSTILE, HOSTILE, found, {}))
    assert {name for name, _ in read.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "main", "section", "nav", "div"),
        *("h1", "h2", "p", "ul", "li", "a", "table", "caption", "thead", "tbody", "tr", "th", "td"),
    }
    assert read.of("title") == read.of("h1") == [HOSTILE]
    assert HOSTILE in read.of("li")
    assert read.of("td").count(HOSTILE) >= 4
    assert read.open == []


def test_what_a_picture_shows_is_text_too() -> None:
    section = Section("s", (), picture="routes")
    (image,) = Read(page("t", "l", (section,), {"routes": Picture(b"<svg/>", HOSTILE)})).attributes("img")
    assert image == {"src": "data:image/svg+xml;base64,PHN2Zy8+", "alt": HOSTILE}


@given(st.text(max_size=40))
def test_any_text_reads_back_as_it_was_but_for_what_cannot_be_printed(text: str) -> None:
    told = "x" + "".join(letter if letter.isprintable() else " " for letter in text)
    blocks = (Words("x" + text), Points(("x" + text,)), Grid(("x" + text,), (("x" + text,),), caption="x" + text))
    read = Read(page("x" + text, "lead", (Section("x" + text, blocks),), {}))
    for tag in ("title", "h1", "h2", "p", "li", "caption", "th", "td"):
        assert told in read.of(tag), tag


def test_the_same_card_gives_the_same_page(whole: str) -> None:
    assert whole == made()


def test_it_can_be_printed(whole: str) -> None:
    assert "@media print" in whole
    assert "break-inside: avoid" in whole


def test_a_page_that_would_be_too_large_is_refused() -> None:
    huge = Section("s", (Words("&" * (CHARACTERS_MAX // 5)),))
    with pytest.raises(PageError, match=r"the page would have 20,00\d,\d\d\d characters; at most 20,000,000"):
        page("t", "l", (huge,), {})
