"""Who gets in, and for how long."""

import json

from playwright.sync_api import expect

from tests.browser.account import NUMBER, Customer, fill
from tests.browser.conftest import RETURN_URL
from tests.browser.portal import TOKEN, Fault
from tests.browser.tabs import Browser, Tab, watched


def test_a_link_of_the_platform_signs_in_and_leaves_no_token_in_the_address_or_the_history(tab: Tab) -> None:
    fill(tab.customer)
    tab.open(f"/n/{NUMBER}")

    expect(tab.page.get_by_role("heading", level=1)).to_have_text(NUMBER)
    assert TOKEN not in tab.page.url
    assert tab.page.url.endswith(f"/console#/n/{NUMBER}")
    tab.go("/events")
    tab.page.go_back()
    tab.page.go_back()
    assert TOKEN not in tab.page.url


def test_the_token_is_in_no_request_but_as_a_header(tab: Tab) -> None:
    tab.customer.portal.asked.clear()
    tab.open()

    assert tab.customer.portal.asked
    assert not [asked for asked in tab.customer.portal.asked if TOKEN in asked]


def test_without_a_link_the_page_says_where_to_get_one(browser: Browser, customer: Customer) -> None:
    with browser.tab(customer) as tab:
        tab.page.goto(f"{customer.portal.url}/console")

        expect(tab.page.get_by_role("heading", level=1)).to_have_text("Not signed in")
        assert tab.page.get_by_role("link").get_attribute("href") == RETURN_URL


def test_a_session_that_has_ended_says_so_and_is_forgotten(tab: Tab) -> None:
    tab.open()
    tab.customer.portal.faults.append(Fault(status=401, path="/attention"))
    tab.customer.portal.faults.append(Fault(status=401, path="deliveries", message="Unauthorized"))
    tab.page.evaluate("location.hash = '/attention'")

    tab.says("Your session has ended")
    assert tab.page.evaluate("sessionStorage.length") == 0


def test_a_token_of_nobody_opens_nothing(tab: Tab) -> None:
    tab.page.goto(f"{tab.customer.portal.url}/console#token=stolen")

    tab.says("Your session has ended")


def test_leaving_forgets_the_session_and_goes_back_to_the_platform(tab: Tab) -> None:
    tab.open()
    tab.page.route(f"{RETURN_URL}*", lambda route: route.fulfill(body="the platform"))
    tab.press("Leave")
    tab.page.wait_for_url(RETURN_URL)

    tab.page.goto(f"{tab.customer.portal.url}/console")
    tab.says("Not signed in")
    tab.wrong.clear()  # the platform's own page is somebody else's


def test_a_link_that_opens_in_a_new_tab_works_there(tab: Tab) -> None:
    fill(tab.customer)
    tab.open()
    with tab.page.context.expect_page() as opened:
        tab.page.get_by_role("link", name=NUMBER).click(modifiers=["Control"])
    other = watched(opened.value, tab.customer).settled()

    expect(other.page.get_by_role("heading", level=1)).to_have_text(NUMBER)
    assert other.broken_rules() == []


def test_two_tabs_can_be_of_two_accounts_and_a_third_takes_neither(browser: Browser, customer: Customer) -> None:
    others = Customer(portal=customer.portal, account=f"{customer.account}9")
    customer.wants("calls/receive_notify", "3215550001")
    others.wants("calls/receive_notify", "3215550002")
    with browser.context() as context:
        one = watched(context.new_page(), customer).open()
        two = watched(context.new_page(), others).open()
        third = watched(context.new_page(), customer)
        third.page.goto(f"{customer.portal.url}/console")

        for tab, number, not_its in ((one, "3215550001", "3215550002"), (two, "3215550002", "3215550001")):
            tab.page.reload()
            tab.says(number)
            expect(tab.page.get_by_text(not_its)).to_have_count(0)
        third.says("Not signed in")


def test_nothing_but_the_session_is_stored(tab: Tab) -> None:
    tab.open("/account")
    tab.press("Create")
    tab.says("whsec_")

    stored = tab.page.evaluate("JSON.stringify([Object.entries(sessionStorage), Object.entries(localStorage)])")
    [[[name, session]], local] = json.loads(stored)
    assert (name, json.loads(session), local) == ("ringback-session", ["v2", f"{TOKEN}{tab.customer.account}"], [])
    assert tab.page.context.cookies() == []


def test_the_page_with_a_slash_at_its_end_is_the_same(tab: Tab) -> None:
    tab.page.goto(tab.customer.portal.link(tab.customer.account).replace("/console#", "/console/#"))
    tab.settled()

    expect(tab.page.get_by_role("heading", level=1)).to_have_text("Numbers")
