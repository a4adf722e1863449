"""What pages say: the same sentences with the same values in every language."""

from __future__ import annotations

import re
from string import Formatter
from typing import get_args

import pytest

from blocks.hub.connection_states import ConnectionState
from blocks.hub.outbox_rows import WAITING
from blocks.hub.routes import Route
from flows.portal.formats import FILE_WORDS, RUN_WORDS, run_word
from flows.portal.portal import HERE
from flows.portal.tabs import TABS
from flows.portal.texts import LANGUAGES, chosen_language, texts_of
from ledger.ecom.modes import Mode
from ledger.onboarding import Stage, Transfer
from ledger.onboarding_form import OnboardingForm
from ledger.push.events import Event
from ledger.push.items import HoldCode, Item, Phase
from ledger.push.kinds import PushKind
from ledger.push.steps import Step
from tasks.consent import DOCUMENTS
from tasks.routes import KINDS, settings_of
from tasks.spotilla.route import Stage as SpotillaStage

TEMPLATES = sorted((HERE / "templates").glob("*.html"))
ASKED = re.compile(r"\bt\('([a-z_]+\.[a-z_0-9]+)'[,)]")


def values_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_language_has_every_sentence_with_the_same_values(language):
    english, other = texts_of("en"), texts_of(language)

    assert set(english) == set(other)
    assert {} == {
        key: (values_of(text), values_of(other[key]))
        for key, text in english.items()
        if values_of(text) != values_of(other[key])
    }


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_what_a_template_asks_for_is_there(path):
    asked = set(ASKED.findall(path.read_text(encoding="utf-8")))

    assert set() == asked - set(texts_of("en"))


def test_what_the_menu_asks_for_is_there():
    assert set() == {key for _, key in TABS} - set(texts_of("en"))


def test_every_end_of_a_run_has_a_sentence_for_what_is_fetched_and_for_a_file():
    words = {*RUN_WORDS.values(), *FILE_WORDS.values(), "failed"}
    wanted = {f"{start}{word}" for word in words for start in ("runs.", "files.run_", "files.is_")}

    assert set() == wanted - set(texts_of("fi"))


def test_all_that_can_be_said_of_a_document_on_its_way_has_a_sentence():
    codes = [f"{start}_{code}" for code in HoldCode for start in ("why", "remedy")]
    events = [f"event_{event.__name__.lower()}" for event in get_args(Event)]
    others = [f"kind_{kind}" for kind in PushKind] + [f"step_{step}" for step in Step]
    states = [Item("k", tuple(Step), finished=done).state for done in range(len(Step) + 1)]
    states += [phase for phase in Phase if phase is not Phase.READY]
    named = [*codes, *events, *others, *(f"state_{state}" for state in [*states, WAITING])]

    assert set() == {f"pushes.{name}" for name in named} - set(texts_of("sv"))


def test_every_stage_of_an_opening_and_every_field_of_its_form_has_a_sentence():
    named = [*(f"stage_{stage}" for stage in Stage), *(f"transfer_{way}" for way in Transfer)]
    named += [f"field_{name}" for name in OnboardingForm.model_fields]
    named += [f"about_{name}" for name in OnboardingForm.model_fields if name != "transfer"]

    assert set() == {f"opening.{name}" for name in named} - set(texts_of("fi"))


def test_every_setting_of_a_route_has_a_sentence():
    named = {
        f"routes.field_{name}"
        for kind in KINDS.values()
        for name in kind.check("a", {}).model_dump()
    }

    assert set() == named - set(texts_of("fi"))


def test_every_mode_and_every_word_of_a_setting_of_a_route_has_a_sentence():
    routes = [Route("a", source, kind, "procountor") for source, kind in KINDS]
    choices = {word for one in routes for item in settings_of(one) for word in item.choices}
    modes = {mode.replace(":", "_") for mode in (*Mode, *SpotillaStage)}

    named = {f"routes.is_{word}" for word in choices} | {f"routes.mode_{mode}" for mode in modes}

    assert {"true", "false", "all"} <= choices
    assert set() == named - set(texts_of("sv"))


def test_every_state_of_a_connection_that_is_red_has_a_sentence():
    states = {f"lights.state_{state}" for state in ConnectionState} - {"lights.state_connected"}

    assert set() == states - set(texts_of("sv"))


def test_everything_that_a_link_may_ask_for_has_a_sentence():
    kinds = {f"consent.fetched_{kind}" for kind in ("ledger", *DOCUMENTS)}

    assert set() == kinds - set(texts_of("sv"))


@pytest.mark.parametrize(
    ("state", "is_over", "told"),
    [
        ("Submitting", False, "waiting"),
        ("Running", False, "running"),
        ("Crashed", True, "failed"),
        ("Published", True, "published"),
    ],
)
def test_a_run_that_is_not_over_has_not_failed_whatever_its_state_is_called(state, is_over, told):
    assert told == run_word(state, is_over=is_over)


@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        ("sv-SE,sv;q=0.9,en;q=0.8", "sv"),
        ("nb,fi;q=0.5", "fi"),
        ("de", "en"),
        ("", "en"),
        ("FI", "fi"),
    ],
)
def test_language_is_the_first_that_the_portal_has(accepts, expected):
    assert expected == chosen_language(accepts)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_no_template_holds_what_the_policy_stops(path):
    text = path.read_text(encoding="utf-8")

    assert [] == re.findall(r"\sstyle=|\son\w+=|<style|javascript:|hx-on|hx-vals='js", text)
    assert [] == re.findall(r"<script(?![^>]*\ssrc=)", text)
    assert [] == re.findall(r"\|\s*safe\b", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_form_that_acts_carries_the_token(path):
    forms = re.findall(r'<form method="post".*?</form>', path.read_text("utf-8"), flags=re.DOTALL)

    assert [] == [form for form in forms if 'name="csrf" value="{{ csrf }}"' not in form]
