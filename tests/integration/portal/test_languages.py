"""No page shows English to somebody who reads Swedish or Finnish."""

from __future__ import annotations

import csv
import re
from html import unescape

import pytest

from blocks.hub.portal_roles import Role
from blocks.translated import FOLDER, translated
from flows.portal.texts import texts_of
from tests import portal_world
from tests.portal_pages import DETAILS, furnish, pages_of

LANGUAGES = ("sv", "fi")
ENGLISH = re.compile(r'<(\w+)[^>]* lang="en"[^>]*>(.*?)</\1>', re.DOTALL)
SHORTEST = 10
"""A shorter text may stand within another one."""


@pytest.fixture(scope="module")
def furnished(tmp_path_factory, empty_hub):
    with portal_world.world(tmp_path_factory.mktemp("languages"), empty_hub) as world:
        furnish(world, number="5599900221")
        held = world.stores.hub.files.of_bytes("acme", world.ids["file"][0])[0].reason
        ended = world.runs.add("acme", "Held", held, is_over=True)
        world.ids["run"] = (ended, world.ids["run"][1])
        yield world


def words_of(page):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def only_english(language):
    """Return our English sentences that are others in a language."""
    own = {*texts_of(language).values()}
    with (FOLDER / "reasons.csv").open(encoding="utf-8", newline="") as file:
        reasons = {row["en"] for row in csv.DictReader(file)}
    return {
        text
        for text in {*texts_of("en").values(), *reasons}
        if len(text) >= SHORTEST and "{" not in text and text not in own
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", list(Role))
def test_no_page_shows_an_english_sentence_of_ours(furnished, language, role):
    client, found = furnished.client(role), []
    english = only_english(language)
    for path in pages_of(furnished.ids):
        page = client.get(path, **{"accept-language": language})
        words = words_of(page.text)
        marked = [text for tag, text in ENGLISH.findall(page.text) if tag != "button"]
        found += [(path, text) for text in [*marked, *(one for one in english if one in words)]]

    assert len(english) > 300
    assert [] == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_holds_a_load_is_told_in_ones_language(furnished, language):
    client = furnished.client(Role.CUSTOMER)
    load = furnished.ids["load"][0]
    page = client.get(f"/companies/acme/holds/one?load={load}", **{"accept-language": language})

    told = [translated(detail, language) for detail in DETAILS.values()]
    assert None not in told
    assert [] == [text for text in told if text not in words_of(page.text)]


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_why_a_transfer_cannot_be_approved_is_told_without_commands(furnished, language):
    client = furnished.client(Role.ACCOUNTANT)
    client.http.headers["accept-language"] = language
    refused = client.post("/companies/acme/approve", reason="looked at")

    assert 409 == refused.status_code
    assert 'role="alert"' in refused.text
    assert "tasma " not in words_of(refused.text)
    marked = {tag for tag, _ in ENGLISH.findall(refused.text)} if language != "en" else set()
    assert marked <= {"button"}


def test_who_reads_english_has_controls_by_their_titles_too(furnished):
    file = furnished.ids["file"][0]
    page = furnished.client(Role.CUSTOMER).get(f"/companies/acme/files/one?file={file}").text

    assert "Vouchers that do not balance (1 break" in page
    assert "voucher_balance" not in page


def test_a_reason_that_nobody_translated_is_shown_and_marked_as_english(furnished):
    world = furnished
    run = world.runs.add("acme", "Failed", "The <wheel> came off.", is_over=True)
    shown = [
        world.client(Role.CUSTOMER)
        .get(f"/companies/acme?run={run}", **{"accept-language": language})
        .text
        for language in ("fi", "en")
    ]

    assert '<span lang="en">The &lt;wheel&gt; came off.</span>' in shown[0]
    assert "The &lt;wheel&gt; came off." in shown[1]
    assert "<span lang" not in shown[1]
