"""WCAG 2.2 AA as far as axe-core can tell, and what it cannot: the keyboard alone, 320 px, where the focus goes."""

import pytest
from playwright.sync_api import expect

from tests.browser.account import KIND, LATE, NUMBER, Customer, fill
from tests.browser.conftest import TOOLS
from tests.browser.tabs import NARROW, WIDE, Browser, Tab

AXE = TOOLS / "node/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def screens(customer: Customer) -> dict[str, str]:
    """Every screen, with something on it."""
    fill(customer)
    waiting = customer.api("GET", f"fonenumbers/{NUMBER}/deliveries?status=pending")["deliveries"][0]
    return {
        "numbers": "/",
        "attention": "/attention",
        "log": "/log?status=failed",
        "number": f"/n/{NUMBER}",
        "editor": f"/n/{NUMBER}/{KIND}",
        "mail": f"/n/{NUMBER}/faxes/receive_notify",
        "log of a number": f"/n/{NUMBER}/log",
        "delivery": f"/n/{NUMBER}/log/{waiting['id']}",
        "recover": f"/n/{NUMBER}/recover",
        "account": "/account",
        "events": "/events",
    }


def violations(tab: Tab) -> list[str]:
    """What axe finds on the screen as it stands."""
    found = tab.page.evaluate("rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES)[
        "violations"
    ]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_screen_breaks_a_rule_or_scrolls_sideways(
    browser: Browser,
    customer: Customer,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001 - a column of the table
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there")
    with browser.tab(customer, size=size, dark=dark) as tab:
        tab.page.context.add_init_script(path=AXE)
        tab.open()
        for name, to in screens(customer).items():
            tab.go(to)
            if name in {"editor", "mail", "delivery"}:
                expect(tab.page.locator("pre[aria-label]").last).to_be_visible()
            tab.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

            assert violations(tab) == [], name
            assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0], name
            assert tab.page.get_by_role("heading", level=1).count() == 1


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_the_page_of_the_api_breaks_no_rule_either(
    browser: Browser,
    customer: Customer,
    size: tuple[int, int],
    dark: bool,  # noqa: FBT001 - a column of the table
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not there")
    with browser.tab(customer, size=size, dark=dark) as tab:
        tab.page.context.add_init_script(path=AXE)
        tab.page.goto(f"{customer.portal.url}/docs#set_calls_send_notify")
        tab.settled()
        expect(tab.page.locator("#set_calls_send_notify table")).to_be_visible()
        tab.page.get_by_label("Filter").fill("redeliver")
        expect(tab.page.locator("summary")).to_have_count(4)
        tab.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

        assert violations(tab) == []
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_the_heading_has_the_focus_after_each_change_of_the_route(tab: Tab) -> None:
    fill(tab.customer)
    tab.open()
    for to in (f"/n/{NUMBER}", f"/n/{NUMBER}/log", "/account"):
        tab.go(to)
        expect(tab.page.get_by_role("heading", level=1)).to_be_focused()


def test_the_keyboard_alone_opens_a_number_and_sends_again(tab: Tab) -> None:
    tab.customer.wants(KIND)
    tab.customer.keeps(tab.customer.happened(1, LATE))
    tab.open("/attention")
    _press_until(tab, "Send again")
    tab.page.keyboard.press("Enter")

    tab.says("retrying (1)")


def test_a_dialog_keeps_the_focus_and_escape_closes_it(tab: Tab) -> None:
    tab.open("/account")
    tab.press("Create")
    tab.press("Rotate …")
    for _ in range(5):
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)


def test_targets_are_24_pixels_and_the_focus_shows(tab: Tab) -> None:
    tab.open("/account")
    for box in tab.page.evaluate(
        "[...document.querySelectorAll('button, input, select, summary, .button')].map(one => "
        "[one.outerHTML, one.getBoundingClientRect().width, one.getBoundingClientRect().height])"
    ):
        assert box[1] == 0 or min(box[1:]) >= 24, box
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def _press_until(tab: Tab, name: str) -> None:
    for _ in range(40):
        tab.page.keyboard.press("Tab")
        if tab.page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(name)
