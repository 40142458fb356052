"""Tabs of a real browser, which tell when a page breaks its policy, asks anybody else, or fails."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright, Request, expect, sync_playwright

from tests.browser.account import Customer

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDE, NARROW = (1280, 900), (320, 640)
PATIENCE_MILLISECONDS = 8_000

VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", (one) => violations.push(`${one.violatedDirective} ${one.blockedURI}`));
"""
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of \d+")
"""What Chromium notes of an answer of 400 or more; the page itself says it to the person."""


@dataclass(kw_only=True)
class Tab:
    """One tab, and whose it is."""

    page: Page
    customer: Customer
    wrong: list[str] = field(default_factory=list)

    def open(self, to: str = "/") -> "Tab":
        """Follow the platform's link to a screen."""
        self.page.goto("about:blank")
        self.page.goto(self.customer.portal.link(self.customer.account, to))
        return self.settled()

    def go(self, to: str) -> "Tab":
        """Follow a link within the page."""
        self.page.evaluate("to => { location.hash = to }", to)
        return self.settled()

    def settled(self) -> "Tab":
        """Wait until nothing is loaded any more."""
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        expect(self.page.get_by_text("Loading …")).to_have_count(0)
        return self

    def settled_or_refused(self) -> None:
        """Wait until something is there, be it that there is nothing."""
        expect(self.page.get_by_role("heading", level=1).or_(self.page.get_by_role("alert")).first).to_be_visible()

    def says(self, text: str) -> None:
        """Wait for *text*."""
        expect(self.page.get_by_text(text).first).to_be_visible()

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def rows(self) -> Any:
        """Those of the table, without its head."""
        return self.page.locator("tbody tr")

    def watch(self) -> None:
        """Keep what goes wrong."""
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._see)

    def broken_rules(self) -> list[str]:
        """All that went wrong so far."""
        reported: list[str] = self.page.evaluate("window.violations ?? []") if not self.page.is_closed() else []
        return self.wrong + reported

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not ANSWERED.match(message.text):
            self.wrong.append(f"console: {message.text}")

    def _see(self, request: Request) -> None:
        if not request.url.startswith((self.customer.portal.url, "data:", "about:")):
            self.wrong.append(f"asked {request.url}")


@dataclass(slots=True, kw_only=True)
class Browser:
    """Makes tabs."""

    chromium: Any

    @contextmanager
    def context(self, *, dark: bool = False, size: tuple[int, int] = WIDE) -> Iterator[BrowserContext]:
        """A profile of its own."""
        context = self.chromium.new_context(
            color_scheme="dark" if dark else "light",
            viewport={"width": size[0], "height": size[1]},
            locale="en-US",
            timezone_id="America/New_York",
            permissions=["clipboard-read", "clipboard-write"],
        )
        context.set_default_timeout(PATIENCE_MILLISECONDS)
        context.add_init_script(VIOLATIONS)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def tab(self, customer: Customer, **profile: Any) -> Iterator[Tab]:
        """A tab of its own profile, in which nothing goes wrong while inside."""
        with self.context(**profile) as context:
            tab = watched(context.new_page(), customer)
            yield tab
            assert tab.broken_rules() == []


def watched(page: Page, customer: Customer) -> Tab:
    """A tab of *page*."""
    tab = Tab(page=page, customer=customer)
    tab.watch()
    return tab


@contextmanager
def launched(path: str) -> Iterator[Browser]:
    """The browser at *path*, while inside."""
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        chromium = _start(playwright, path)
        yield Browser(chromium=chromium)
        chromium.close()


def _start(playwright: Playwright, path: str) -> Any:
    return playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
