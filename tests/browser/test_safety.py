"""What others put into the log does nothing here, and the page is patient."""

from dataclasses import replace

import pytest
from playwright.sync_api import expect

from ringback.models import Outcome
from tests.browser.account import GOOD, KIND, NUMBER, Customer, attempt
from tests.browser.portal import Fault
from tests.browser.tabs import Browser, Tab

CORPUS = (
    "<script>document.title='owned'</script>",
    '"><img src=x onerror="document.title=`owned`">',
    "<svg/onload=document.title='owned'>",
    "javascript:document.title='owned'",
    "{{constructor.constructor('document.title=1')()}}",
    "${document.title='owned'}",
    "</pre></textarea></title><iframe srcdoc='<script>parent.document.title=1</script>'>",
    "\u202eevil\u0000\u2028",
)

NO_WAITING = "() => { window.setTimeout = (run, _, ...more) => requestAnimationFrame(() => run(...more)); }"


def test_text_like_a_script_is_shown_as_text_on_every_screen(tab: Tab) -> None:
    customer = tab.customer
    url = "https://hooks.example.com/?q=%3Cscript%3E((msg))&x=<script>alert(1)</script>"
    customer.wants(KIND, type="Callback", method="JSON", url=url)
    log, number = f"/n/{NUMBER}/log", f"/n/{NUMBER}"
    ids = [_put_everywhere(customer, minutes, text) for minutes, text in enumerate(CORPUS)]
    screens = ["/", "/attention", log, number, f"{number}/{KIND}", *(f"{log}/{one}" for one in ids)]

    tab.open()
    for to, text in zip(screens, ["", CORPUS[0], CORPUS[0], "", "", *CORPUS], strict=True):
        tab.go(to)
        assert text.translate({0: None})[:30].strip() in tab.page.locator("main").inner_text()
        assert tab.page.title() not in {"owned", "1"}
        assert tab.page.locator("iframe, main script, main img, main svg").count() == 0


def _put_everywhere(customer: Customer, minutes: int, text: str) -> str:
    failing = attempt(Outcome.STATUS, 500, text[:200], excerpt=text, headers={"server": text, "content-type": text})
    one = customer.happened(minutes, failing, message=text, **{"from": text})
    customer.keeps(replace(one, event=replace(one.event, id=text), note=text))
    return one.id


def test_text_like_a_script_does_nothing_in_the_address_and_in_forms(tab: Tab) -> None:
    tab.open()
    for text in CORPUS:
        for to in (f"/log?event_id={text}", f"/n/{text.replace('/', '')}", f"/{text}"):
            tab.page.evaluate("to => { location.hash = to }", to)
            tab.settled_or_refused()
            assert tab.page.title() not in {"owned", "1"}


@pytest.mark.parametrize("text", [CORPUS[0], CORPUS[6]])
def test_an_address_like_a_script_is_refused_at_its_field(tab: Tab, text: str) -> None:
    tab.open(f"/n/{NUMBER}/{KIND}")
    tab.page.get_by_label("Email").check()
    tab.page.get_by_label("To").fill(f"{text}@example.com")
    tab.press("Save")
    expect(tab.page.locator("#email-about")).not_to_be_empty()
    assert tab.page.title() not in {"owned", "1"}


@pytest.mark.parametrize(("status", "said"), [(429, "too many requests"), (503, "out of reach")])
def test_what_asks_for_patience_gets_it(tab: Tab, status: int, said: str) -> None:
    tab.customer.keeps(tab.customer.happened(1, GOOD))
    tab.customer.portal.faults += [Fault(status=status, path="/deliveries", retry_after="1", message=said)] * 2
    tab.page.goto(tab.customer.portal.link(tab.customer.account, f"/n/{NUMBER}/log"))

    tab.says("The service is busy; trying again in 1 s …")
    expect(tab.rows).to_have_count(1)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (403, "This link may not do that."),
        (409, "Not as things are now: it waits"),
        (429, "Too many requests at once. Try again in a minute."),
        (500, "A fault of ours. Try again in a minute."),
        (503, "The service is out of reach. Try again in a minute."),
    ],
)
def test_every_refusal_has_a_sentence_that_says_what_to_do(tab: Tab, status: int, sentence: str) -> None:
    one = tab.customer.happened(1, GOOD)
    tab.customer.wants(KIND)
    tab.customer.keeps(one)
    tab.open(f"/n/{NUMBER}/log/{one.id}")
    tab.page.evaluate(NO_WAITING)
    tab.customer.portal.faults += [Fault(status=status, path="/redeliver", message="it waits")] * 4
    tab.press("Send again")

    expect(tab.page.get_by_role("alert")).to_contain_text(sentence)


def test_what_cannot_be_reached_is_asked_again_when_the_person_says_so(tab: Tab) -> None:
    tab.open()
    tab.page.evaluate(NO_WAITING)
    tab.customer.portal.faults += [Fault(status=503, path="/deliveries")] * 4
    tab.page.evaluate("location.hash = '/attention'")
    tab.says("The service is out of reach.")
    tab.press("Try again")

    tab.says("Everything has arrived.")


def test_a_page_of_somebody_else_cannot_frame_it(browser: Browser, customer: Customer) -> None:
    with browser.context() as context:
        page = context.new_page()
        page.route(
            "http://evil.example.com/",
            lambda route: route.fulfill(
                body=f"<iframe src='{customer.portal.url}/console'></iframe>", content_type="text/html"
            ),
        )
        page.goto("http://evil.example.com/")
        frame = page.frames[1]

        assert frame.url.startswith("chrome-error:")
