"""Further parts of the event page: written in plain lines, read strictly, in the order of the team."""

from __future__ import annotations

import pytest

from eventapp.blocks import queries, rules
from eventapp.blocks.rules import BlockKind, BlockLink
from eventapp.core.link_lines import NotALink
from eventapp.events.rules import EventStatus
from tests.support.make import fresh

BLOCKS = "/manage/events/forum/blocks"


def test_a_question_is_a_line_and_its_answer_what_follows():
    text = "Is lunch included?\nYes, on both days.\n\nAsk us about diets.\n\n駐車場はありますか。\nありません。"
    assert rules.questions(text) == [
        ("Is lunch included?", "Yes, on both days.\n\nAsk us about diets."),
        ("駐車場はありますか。", "ありません。"),
    ]
    assert rules.questions("") == []


def test_a_link_is_a_title_a_bar_and_an_address():
    found = rules.links("Plan | https://a.example/plan.PDF?x=1\n\n森市｜https://b.example", address_needed=True)
    assert found == [BlockLink("Plan", "https://a.example/plan.PDF?x=1"), BlockLink("森市", "https://b.example")]
    assert [one.kind for one in found] == ["PDF", ""]
    assert rules.links("City of Mori", address_needed=False) == [BlockLink("City of Mori")]


@pytest.mark.parametrize(
    "line", ["Plan", "Plan | javascript:alert(1)", "| https://a.example", "P | https://a b", "P | https://["]
)
def test_another_line_is_no_link(line):
    with pytest.raises(NotALink):
        rules.links(line, address_needed=True)


def add(organizer, kind: str, title: str, text: str):
    return organizer.fill(f"{BLOCKS}/new/{kind}", {"title_en": title, "text_en": text})


def test_each_kind_is_shown_on_the_event_page(client, organizer, make):
    make.event("forum")
    assert add(organizer, "questions", "Questions", "Is lunch included?\n**Yes**").status_code == 303
    add(organizer, "documents", "Papers", "Plan | https://a.example/plan.pdf")
    add(organizer, "partners", "With the help of", "City of Mori\nTwin Towns | https://b.example")
    add(organizer, "text", "Dress code", "_Business_ casual <script>alert(1)</script>")
    text = client.get("/events/forum").text
    for part in ("<summary>Is lunch included?</summary>", "<strong>Yes</strong>", "https://a.example/plan.pdf", "PDF"):
        assert part in text
    assert "City of Mori" in text and "<em>Business</em>" in text and "<script>alert" not in text


def test_a_line_that_is_no_link_is_refused_and_nothing_is_lost(organizer, make):
    event = make.event("forum")
    answer = add(organizer, "documents", "Papers", "Plan, page 2")
    assert answer.status_code == 422 and "Plan, page 2" in answer.text and 'value="Papers"' in answer.text
    assert queries.of_event(fresh(event)) == []


def test_blocks_keep_the_order_that_the_team_gives_them(organizer, make):
    event = make.event("forum")
    for title in ("One", "Two", "Three"):
        add(organizer, "text", title, "Text")
    one, _two, three = queries.of_event(fresh(event))
    organizer.fill(BLOCKS, {"position": "0"}, action=f"/{three.id}/move")
    assert [block.title["en"] for block in queries.of_event(fresh(event))] == ["Three", "One", "Two"]
    organizer.fill(f"{BLOCKS}/{one.id}", action=f"/{one.id}/remove")
    assert [block.title["en"] for block in queries.of_event(fresh(event))] == ["Three", "Two"]
    add(organizer, "text", "Four", "d")
    assert queries.of_event(fresh(event))[-1].title["en"] == "Four", "a new block comes last"


def test_a_block_of_another_event_can_not_be_reached(organizer, make):
    make.event("forum")
    other = make.event("other", status=EventStatus.DRAFT)
    organizer.fill("/manage/events/other/blocks/new/text", {"title_en": "A", "text_en": "B"})
    [block] = queries.of_event(fresh(other))
    assert organizer.get(f"{BLOCKS}/{block.id}").status_code == 404
    assert organizer.get(f"{BLOCKS}/new/video").status_code == 404


def test_too_many_blocks_are_refused(organizer, make):
    make.event("forum")
    for number in range(rules.MOST_BLOCKS):
        add(organizer, "text", f"T{number}", "Text")
    assert add(organizer, "text", "One more", "Text").status_code == 422


def test_every_kind_says_how_it_is_written(app):
    assert set(rules.HOW_TO_WRITE) == set(BlockKind)
