"""What the browser suite shares: a browser, the API behind a socket, and tabs that nothing may go wrong in."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(__file__).parents[2] / ".tools/browser"
HAS_PLAYWRIGHT = find_spec("playwright") is not None
collect_ignore_glob = [] if HAS_PLAYWRIGHT else ["test_*.py"]

if HAS_PLAYWRIGHT:
    from tests.browser.account import Customer
    from tests.browser.portal import Portal, opened
    from tests.browser.tabs import Browser, Tab, launched

RETURN_URL = "https://app.example.com/callbacks"
_accounts = count(1_000_001)


def missing() -> str:
    """Why there is no browser; empty where there is one."""
    if not HAS_PLAYWRIGHT:
        return "Playwright is not in this environment: `make test-browser` has its own"
    if (TOOLS / "browser.path").exists():
        return ""
    said = TOOLS / "browser.missing"
    return said.read_text(encoding="utf-8").strip() if said.exists() else "`make test-browser` sets one up"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write the pictures of docs/console.md")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if why := missing():
        for item in items:
            if "browser" in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.skip(reason=why))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if why := missing():
        terminalreporter.section("THE CONSOLE WAS NOT TESTED IN A BROWSER", sep="!", red=True, bold=True)
        terminalreporter.write_line(why)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One browser for all tests; each tab has a profile of its own."""
    with launched((TOOLS / "browser.path").read_text(encoding="utf-8").strip()) as browser:
        yield browser


@pytest.fixture(scope="session")
def portal() -> Iterator["Portal"]:
    """The API, with a console of the platform's."""
    with opened(CONSOLE_RETURN_URL=RETURN_URL) as portal:
        yield portal


@pytest.fixture
def customer(portal: "Portal") -> "Customer":
    """A customer whom no other test knows."""
    portal.faults.clear()
    return Customer(portal=portal, account=str(next(_accounts)))


@pytest.fixture
def tab(browser: "Browser", customer: "Customer") -> Iterator["Tab"]:
    """A tab in which the customer is signed in; at its end nothing went wrong in it."""
    with browser.tab(customer) as tab:
        yield tab
