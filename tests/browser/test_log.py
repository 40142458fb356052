"""Did it arrive, why not, send it again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import expect

from ringback.models import AttemptReason, DeliveryStatus, Outcome
from tests.browser.account import BUSY, EXPIRED, GOOD, KIND, LATE, NUMBER, OTHER, Customer, attempt, fill
from tests.browser.tabs import Browser, Tab


def status_of(customer: Customer, number: str, id: str) -> Any:  # noqa: A002 - the field's name
    return customer.api("GET", f"fonenumbers/{number}/deliveries/{id}")["delivery"]["status"]


def test_the_log_says_of_each_what_became_of_it_and_when_it_is_tried_again(tab: Tab) -> None:
    fill(tab.customer)
    tab.open(f"/n/{NUMBER}/log")

    expect(tab.rows).to_have_count(25)
    expect(tab.rows.nth(0)).to_contain_text("hello world")
    expect(tab.rows.nth(0)).to_contain_text("delivered")
    expect(tab.rows.nth(1)).to_contain_text("retrying (3), next in 2 hr.")
    expect(tab.rows.nth(1)).to_contain_text("HTTP 503")
    expect(tab.rows.nth(4)).to_contain_text("hooks.example.com does not exist")


def test_times_are_those_of_the_person_with_utc_beside_them(tab: Tab) -> None:
    one = tab.customer.happened(1, GOOD)
    tab.customer.keeps(replace(one, event=replace(one.event, time=datetime(2026, 11, 23, 17, 36, tzinfo=UTC))))
    tab.open(f"/n/{NUMBER}/log")

    expect(tab.page.locator("time").first).to_have_text("Nov 23, 12:36:00 PM")
    expect(tab.page.locator("time").first).to_have_attribute("title", "2026-11-23T17:36:00.000Z")


def test_filters_are_in_the_address_and_hold_after_a_reload(tab: Tab) -> None:
    fill(tab.customer)
    tab.open(f"/n/{NUMBER}/log")
    tab.page.get_by_label("Status", exact=True).select_option("failed")
    expect(tab.rows).to_have_count(1)
    assert tab.page.url.endswith("/log?status=failed")
    tab.page.reload()
    expect(tab.rows).to_have_count(1)
    tab.page.get_by_label("Status", exact=True).select_option("")
    tab.page.get_by_label("Kind").select_option("calls/receive_notify")
    expect(tab.rows).to_have_count(1)
    tab.page.get_by_role("link", name="Show all").click()
    tab.page.get_by_label("Last outcome").select_option("timeout")
    tab.says("Nothing matches.")
    tab.page.get_by_role("link", name="Show all").click()
    tab.page.get_by_label("Event id").fill("event-50")
    tab.press("Find")
    expect(tab.rows).to_have_count(1)
    tab.go(f"/n/{NUMBER}/log?span=1")
    expect(tab.rows).to_have_count(5)
    tab.go(f"/n/{NUMBER}/log?span=own&until={datetime.now(UTC) - timedelta(hours=6):%Y-%m-%dT%H:%M}Z")
    expect(tab.page.get_by_label("until")).to_be_visible()


def test_pages_go_on_to_the_end(tab: Tab) -> None:
    tab.customer.wants(KIND)
    tab.customer.keeps(*(tab.customer.happened(ago, GOOD) for ago in range(1, 61)))
    tab.open(f"/n/{NUMBER}/log")

    for count in (25, 50, 60):
        expect(tab.rows).to_have_count(count)
        older = tab.page.get_by_role("button", name="Older", exact=True)
        if count < 60:
            older.click()
    expect(older).to_have_count(0)


def test_new_ones_appear_by_themselves(tab: Tab) -> None:
    tab.customer.keeps(tab.customer.happened(5, GOOD))
    tab.open(f"/n/{NUMBER}/log")
    expect(tab.rows).to_have_count(1)

    tab.customer.keeps(tab.customer.happened(1, BUSY, message="news"))

    expect(tab.rows).to_have_count(2, timeout=10_000)
    expect(tab.rows.first).to_contain_text("news")


def test_a_delivery_has_its_attempts_and_what_to_do_about_them(tab: Tab) -> None:
    redirect = attempt(Outcome.STATUS, 302, headers={"location": "https://hooks.example.com/new"})
    one = tab.customer.happened(1, EXPIRED, redirect, replace(BUSY, reason=AttemptReason.REDELIVERY))
    tab.customer.wants(KIND)
    tab.customer.keeps(one)
    tab.open(f"/n/{NUMBER}/log/{one.id}")
    attempts = tab.page.get_by_role("listitem")

    expect(attempts).to_have_count(3)
    expect(attempts.nth(0)).to_contain_text("HTTP 503 · sent again")
    expect(attempts.nth(0)).to_contain_text("The receiver's own program failed")
    expect(attempts.nth(1)).to_contain_text("A redirect is never followed")
    expect(attempts.nth(2)).to_contain_text("Renew the certificate")
    attempts.nth(0).get_by_text("What it answered").click()
    expect(attempts.nth(0)).to_contain_text("<h1>Down for maintenance</h1>")
    expect(tab.page.get_by_label("The request")).to_contain_text('"message":"hello world"')


def test_the_request_is_copied_for_a_shell(tab: Tab) -> None:
    one = tab.customer.happened(1, GOOD, message="it's $HOME")
    tab.customer.wants(KIND)
    tab.customer.keeps(one)
    tab.open(f"/n/{NUMBER}/log/{one.id}")
    tab.press("Copy as curl")
    tab.says("copied")

    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -X POST 'https://hooks.example.com/{KIND}' \\\n")
    assert """it'\\''s $HOME""" in copied
    tab.press("Copy")
    tab.page.wait_for_function("async id => await navigator.clipboard.readText() === id", arg=one.id)


def test_one_is_sent_again(tab: Tab) -> None:
    one = tab.customer.happened(1, LATE)
    tab.customer.wants(KIND)
    tab.customer.keeps(one)
    tab.open(f"/n/{NUMBER}/log/{one.id}")
    tab.says("failed")

    tab.press("Send again")

    tab.says("retrying (1), next")
    assert status_of(tab.customer, NUMBER, one.id) == DeliveryStatus.PENDING


def test_what_has_not_arrived_in_the_whole_account_is_on_one_screen_and_sent_again_from_there(tab: Tab) -> None:
    fill(tab.customer)
    tab.open("/attention")
    expect(tab.rows).to_have_count(3)
    expect(tab.rows.nth(1)).to_contain_text(OTHER)
    expect(tab.rows.nth(1)).to_contain_text("the certificate has expired")

    tab.rows.nth(1).get_by_role("button", name="Send again").click()

    expect(tab.rows.nth(1)).to_contain_text("retrying (1)")


def test_many_are_counted_then_sent_again_after_a_question(tab: Tab) -> None:
    tab.customer.wants(KIND)
    tab.customer.keeps(*(tab.customer.happened(ago, LATE) for ago in range(1, 18)))
    tab.customer.keeps(tab.customer.happened(2 * 24 * 60, LATE))
    tab.open(f"/n/{NUMBER}/recover")
    tab.press("Count")
    tab.says("17 deliveries")
    tab.press("Send all again …")
    expect(tab.page.get_by_role("dialog")).to_contain_text("Send 17 deliveries again?")
    tab.press("Cancel")
    assert len(_failed(tab.customer)) == 18
    tab.press("Send all again …")
    tab.page.get_by_role("dialog").get_by_role("button", name="Send all again").click()

    tab.says("On their way: 17 deliveries")
    assert len(_failed(tab.customer)) == 1


def _failed(customer: Customer) -> Any:
    return customer.api("GET", f"fonenumbers/{NUMBER}/deliveries?status=failed&limit=100")["deliveries"]


def test_the_account_s_own_callback_has_its_log(tab: Tab) -> None:
    fill(tab.customer)
    tab.open("/n/*/log")
    expect(tab.rows).to_have_count(1)
    tab.rows.get_by_role("link").click()
    expect(tab.page.get_by_role("heading", level=1)).to_contain_text("Call record")
    tab.press("Send again")
    tab.says("retrying (1)")


def test_a_delivery_of_somebody_else_is_not_there(browser: Browser, customer: Customer) -> None:
    one = customer.happened(1, GOOD)
    customer.keeps(one)
    with browser.tab(Customer(portal=customer.portal, account=f"{customer.account}8")) as tab:
        tab.page.goto(tab.customer.portal.link(tab.customer.account, f"/n/{NUMBER}/log/{one.id}"))

        tab.says("Not in this account")
        expect(tab.page.get_by_text("hello world")).to_have_count(0)
