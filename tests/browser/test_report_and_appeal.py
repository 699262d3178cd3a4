"""Somebody reports a video and somebody appeals against a label; a moderator decides, and everybody is told."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Come, Labelled
from tests.browser.portal import Portal
from tests.browser.test_reach_everyone import COLOURS, RULES, violations
from tests.browser.test_work_with_rules import signed_in
from tests.browser.visits import path_of, sideways
from tests.servers import http_server

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

#: Milliseconds after which a form is taken: people read it first.
READING = 3_500


def found(page: Page) -> list[str]:
    """What axe finds by day and by night, and what does not fit."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    light = violations(page, RULES)
    page.emulate_media(color_scheme="dark")
    broken = [*light, *violations(page, COLOURS)]
    page.emulate_media(color_scheme="light")
    wide = sideways(page)
    return [f"{path_of(page)}: {one}" for one in [*broken, *([f"{wide} pixels too wide"] if wide > 0 else [])]]


def sent(page: Page) -> None:
    """The form, after it was read."""
    # Not for luck: a form that comes back sooner is taken for a program's.
    page.wait_for_timeout(READING)
    page.locator("form.outside button[type=submit]").click()
    page.wait_for_url("**/status/**")


def decided(page: Page, uri: str, reason: str) -> None:
    """A moderator opens the task and presses a reason's button."""
    page.goto("/staff/labeling/reviews/?place=")
    page.get_by_role("link", name=re.compile(re.escape(uri))).first.click()
    page.get_by_role("button", name=re.compile(re.escape(reason))).click()
    expect(page.get_by_role("status").first).to_contain_text(uri)


def test_report_and_appeal_are_decided_and_told(come: Come, portal: Portal, labelled: Labelled) -> None:
    uri = f"demo:{labelled('at')[0]['external_id']}"
    # Of other content: who judged the reported one could not decide an appeal about it.
    post, label = labelled("es")
    appealed = f"demo:{post['external_id']}"
    reporter, appellant = come("phone"), come("desktop", scripts=False)
    broken: list[str] = []

    # Somebody reports, from the centre, on a telephone.
    page = reporter.go("/de/centers/at/")
    page.locator("a[href='/de/report/?place=at']").click()
    reporter.expected = re.compile("422")
    broken += found(page)
    page.locator("form.outside button[type=submit]").click()
    expect(page.locator("#id_link_error")).to_be_visible()
    expect(page.locator("#id_link")).to_have_attribute("aria-invalid", "true")
    broken += found(page)
    page.locator("#id_link").fill(uri)
    page.get_by_label("Falsche Angaben zum Wählen").check()
    page.locator("#id_said").fill("Der Wahltag stimmt nicht.")
    sent(page)
    expect(page.locator(".lede")).to_contain_text("Noch hat sich niemand damit befasst")
    broken += found(page)

    # A moderator decides.
    moderator = come()
    desk = signed_in(moderator, portal, "moderator@demo.example")
    decided(desk, uri, "It agrees with the official answers.")
    page.reload()
    expect(page.locator(".lede")).to_contain_text("Die Moderation sah keinen Grund zu handeln.")
    broken += found(page)

    with http_server() as platform:
        portal.given_hook(f"http://127.0.0.1:{platform.port}/hook")
        # Somebody else appeals against the label, without scripts and from right to left.
        why = f"/ur/labels/{label['id']}/"
        other = appellant.go(why)
        other.locator("a.button[href='appeal/']").click()
        other.locator("#id_said").fill("یہ گانوں کے مقابلے کے بارے میں ہے۔")
        sent(other)
        status = other.url
        decided(desk, appealed, "The content is not about a public election.")

        # The appellant, the platform and the public are told.
        other.reload()
        expect(other.locator(".lede")).to_contain_text("اپیل منظور ہوئی")
        portal.work()
        told = [json.loads(message.body) for message in platform.received]
    changes = [change for message in told for change in message["data"]["changes"]]
    assert [(change["action"], change["label"]["id"]) for change in changes] == [("withdrawn", label["id"])]
    page.goto(why)
    expect(page.locator(".appeals")).to_contain_text("اپیل منظور ہوئی")
    expect(page.locator("mark")).to_have_count(0)
    broken += found(page)

    for path in (f"/ur/labels/{label['id']}/", "/ur/report/", "/ur/transparency/appeals/", status):
        for visitor in (reporter, moderator):
            page = visitor.go(path)
            broken += found(page)
    assert broken == []
