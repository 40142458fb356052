"""The pictures of docs/console.md: taken on request, `make pictures`."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.account import KIND, NUMBER, Customer, fill
from tests.browser.tabs import Browser

DOCS = Path(__file__).parents[2] / "docs"
MAX_BYTES = 90_000
PHONE = (360, 740)
PICTURES = {
    "console-log": ("log", (1120, 640), False),
    "console-delivery": ("delivery", (1120, 760), True),
    "console-editor": ("editor", (1120, 660), False),
    "console-phone": ("phone", PHONE, False),
}


@pytest.fixture(autouse=True)
def on_request(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--pictures"):
        pytest.skip("`make pictures` takes them")


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_small(browser: Browser, customer: Customer, name: str) -> None:
    screen, size, dark = PICTURES[name]
    fill(customer)
    waiting = customer.api("GET", f"fonenumbers/{NUMBER}/deliveries?status=pending")["deliveries"][0]["id"]
    screens = {
        "log": f"/n/{NUMBER}/log",
        "delivery": f"/n/{NUMBER}/log/{waiting}",
        "editor": f"/n/{NUMBER}/{KIND}",
        "phone": f"/n/{NUMBER}/log",
    }
    with browser.tab(customer, size=size, dark=dark) as tab:
        tab.open(screens[screen])
        if screen == "editor":
            expect(tab.page.get_by_label("The request")).to_be_visible()
        file = DOCS / f"{name}.png"
        tab.page.screenshot(path=file)
        _shrink(file)
        assert file.stat().st_size < MAX_BYTES


def _shrink(file: Path) -> None:
    """Keep 256 colours: a page has hardly more."""
    from PIL import Image  # noqa: PLC0415 - no other test needs it

    with Image.open(file) as picture:
        picture.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
            file, optimize=True
        )
