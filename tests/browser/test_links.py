"""Links that carry a session: what they may do, for which numbers, and until when."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from playwright.sync_api import expect

from tests.browser.account import KIND, LATE, NUMBER, OTHER, Customer, fill
from tests.browser.tabs import Browser, Tab


@contextmanager
def opened(browser: Browser, customer: Customer, to: str = "/", **wanted: Any) -> Iterator[Tab]:
    """A tab that was opened by such a link."""
    made = customer.api("POST", "accounts/console_session", wanted)
    with browser.tab(customer) as tab:
        tab.page.goto(urljoin(f"{customer.portal.url}/v2/accounts/console_session", made["url"]) + f"&to={to}")
        yield tab.settled()


def test_a_link_shows_and_changes_what_a_token_does(browser: Browser, customer: Customer) -> None:
    fill(customer)
    with opened(browser, customer) as tab:
        expect(tab.rows).to_have_count(3)
        assert "session=" not in tab.page.url
        expect(tab.page.get_by_role("banner")).to_contain_text("until")
        tab.go("/attention")
        tab.rows.last.get_by_role("button", name="Send again").click()
        expect(tab.rows.last).to_contain_text("retrying (1)")


def test_a_link_for_reading_shows_all_and_can_press_nothing(browser: Browser, customer: Customer) -> None:
    fill(customer)
    one = customer.happened(2, LATE)
    customer.keeps(one)
    with opened(browser, customer, f"/n/{NUMBER}/log/{one.id}", read_only=True) as tab:
        expect(tab.page.get_by_role("banner")).to_contain_text("read only")
        expect(tab.page.get_by_role("button", name="Send again")).to_be_disabled()
        expect(tab.page.get_by_label("The request")).to_contain_text("hello%20world")
        tab.go(f"/n/{NUMBER}/{KIND}")
        expect(tab.page.get_by_role("button", name="Save")).to_be_disabled()
        expect(tab.page.get_by_role("button", name="Test now")).to_be_disabled()
        tab.go(f"/n/{NUMBER}/recover")
        tab.press("Count")
        tab.says("2 deliveries")
        expect(tab.page.get_by_role("button", name="Send all again …")).to_be_disabled()


def test_a_link_for_some_numbers_shows_no_other_and_nothing_of_the_account(
    browser: Browser, customer: Customer
) -> None:
    fill(customer)
    with opened(browser, customer, fonenumbers=[OTHER]) as tab:
        expect(tab.rows).to_have_count(1)
        expect(tab.rows).to_contain_text(OTHER)
        expect(tab.page.get_by_role("link", name="account")).to_have_count(0)
        tab.go("/attention")
        expect(tab.rows).to_have_count(1)
        tab.page.evaluate("to => { location.hash = to }", f"/n/{NUMBER}")
        tab.says("Not in this account")


def test_a_link_that_was_changed_opens_nothing(browser: Browser, customer: Customer) -> None:
    made = customer.api("POST", "accounts/console_session", {})["url"]
    with browser.tab(customer) as tab:
        tab.page.goto(f"{customer.portal.url}/console#session={made.partition('session=')[2][:-1]}")
        tab.says("Your session has ended")


def test_the_signing_secret_cannot_be_made_by_a_link(browser: Browser, customer: Customer) -> None:
    with opened(browser, customer, "/account") as tab:
        tab.says("None: requests are not signed.")
        expect(tab.page.get_by_role("button", name="Create")).to_have_count(0)
