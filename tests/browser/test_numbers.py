"""Numbers, and setting what is told of them."""

from http import HTTPStatus

from playwright.sync_api import expect

from local.demo.receiver import Receiver, Reply, Request
from tests.browser.account import GOOD, KIND, LATE, NUMBER, fill
from tests.browser.tabs import Tab


def test_twenty_numbers_are_found_by_a_part_of_them_and_by_their_trouble(tab: Tab) -> None:
    for last in range(20):
        tab.customer.wants(
            KIND, f"32155500{last:02}", type="Callback", method="GET", url=f"https://n{last}.example.com/"
        )
    tab.customer.turns_off("answered 410", "3215550007")
    tab.open()

    expect(tab.rows).to_have_count(20)
    expect(tab.rows.first).to_contain_text("GET n0.example.com")
    tab.page.get_by_label("Filter").fill("n13.")
    expect(tab.rows).to_have_count(1)
    expect(tab.rows).to_contain_text("3215550013")
    tab.page.get_by_label("Filter").fill("")
    tab.page.get_by_label("only with trouble").check()
    expect(tab.rows).to_have_count(1)
    expect(tab.rows).to_contain_text("turned off: answered 410")


def test_the_cards_of_a_number_say_what_is_set_how_it_is_and_what_came_last(tab: Tab) -> None:
    fill(tab.customer)
    tab.open(f"/n/{NUMBER}")
    card = tab.page.locator("section", has=tab.page.get_by_role("heading", name="Message received"))

    expect(card).to_contain_text("GET https://hooks.example.com/sms.php?from=((from))&text=((msg))")
    expect(card.locator("mark")).to_have_text(["((from))", "((msg))"])
    expect(card).to_contain_text("healthy")
    expect(card).to_contain_text("delivered")
    expect(tab.page.get_by_text("Nobody is told.")).to_have_count(4)


def test_a_first_callback_is_set_seen_tested_and_saved(tab: Tab) -> None:
    with Receiver(lambda _: Reply(status=HTTPStatus.IM_A_TEAPOT)) as receiver:
        tab.open()
        tab.page.get_by_label("Open a number").fill("(321) 555-0123")
        tab.press("Open")
        tab.page.get_by_role("link", name="Set: Message received").click()
        tab.page.get_by_label("Request").check()
        tab.page.get_by_label("Method").select_option("GET")
        tab.page.get_by_label("URL").fill(f"{receiver.url}/sms?text=")
        tab.page.get_by_role("button", name="((msg))").click()
        expect(tab.page.get_by_label("URL")).to_have_value(f"{receiver.url}/sms?text=((msg))")
        request = tab.page.get_by_label("The request")
        expect(request).to_contain_text("/sms?text=hello%20world")
        expect(request.locator("mark")).to_have_text(["hello%20world"])
        tab.press("Test now")
        tab.says("HTTP 418")
        tab.press("Save")
        tab.says("healthy")

    block = tab.customer.api("GET", "fonenumbers/3215550123")["fonenumber"]["message_options"]["receive_notify"]
    assert (block["method"], block["url"]) == ("GET", f"{receiver.url}/sms?text=((msg))")


def test_what_the_api_refuses_stands_under_its_field_with_its_remedy_as_a_button(tab: Tab) -> None:
    tab.open(f"/n/{NUMBER}/{KIND}")
    tab.page.get_by_label("Request").check()
    tab.page.get_by_label("URL").fill("https://hooks.example.com/?a=((mgs))")

    expect(tab.page.locator("#url-about")).to_contain_text('unknown token "mgs"')
    expect(tab.page.get_by_label("URL")).to_have_attribute("aria-invalid", "true")
    tab.press("Use ((msg))")
    expect(tab.page.get_by_label("URL")).to_have_value("https://hooks.example.com/?a=((msg))")
    expect(tab.page.get_by_label("The request")).to_contain_text("?a=hello%20world")
    expect(tab.page.get_by_label("URL")).to_have_attribute("aria-invalid", "false")


def test_user_and_password_stay_where_they_are_left_empty_and_go_when_asked(tab: Tab) -> None:
    def authorization(request: Request) -> Reply:
        seen.append(request.header("authorization"))
        return Reply(status=HTTPStatus.OK)

    seen: list[str] = []
    with Receiver(authorization) as receiver:
        url = f"{receiver.url}/hook"
        secret = {"url_username": "alice", "url_password": "wonder"}
        tab.customer.wants(KIND, type="Callback", method="JSON", url=url, **secret)
        tab.open(f"/n/{NUMBER}/{KIND}")
        tab.page.get_by_label("URL").fill(f"{url}/2")
        tab.press("Save")
        tab.says("healthy")
        tab.customer.api("POST", f"fonenumbers/{NUMBER}/{KIND}/test", {})
        tab.go(f"/n/{NUMBER}/{KIND}")
        tab.page.get_by_text("User and password").click()
        tab.page.get_by_label("forget what is set").check()
        tab.press("Save")
        tab.says("healthy")
        tab.customer.api("POST", f"fonenumbers/{NUMBER}/{KIND}/test", {})

    assert seen[0].startswith("Basic ")
    assert seen[1] == ""


def test_a_mail_is_seen_as_it_would_be_and_nothing_is_nothing(tab: Tab) -> None:
    tab.open(f"/n/{NUMBER}/faxes/receive_notify")
    tab.page.get_by_label("Email").check()
    tab.page.get_by_label("To").fill("owner@example.com")
    expect(tab.page.get_by_label("The mail")).to_contain_text("To: owner@example.com")
    tab.press("Save")
    tab.says("healthy")
    tab.go(f"/n/{NUMBER}/faxes/receive_notify")
    tab.page.get_by_label("Nothing").check()
    tab.press("Save")
    expect(tab.page.get_by_text("Nobody is told.")).to_have_count(7)


def test_a_kind_has_the_methods_that_it_allows(tab: Tab) -> None:
    tab.open(f"/n/{NUMBER}/messages/receive")
    tab.page.get_by_label("Request").check()

    expect(tab.page.get_by_label("Method").locator("option")).to_have_text(["POST", "JSON"])


def test_a_test_of_a_callback_that_is_off_turns_it_on_again(tab: Tab) -> None:
    with Receiver(lambda _: Reply(status=HTTPStatus.OK)) as receiver:
        tab.customer.wants(KIND, type="Callback", method="JSON", url=f"{receiver.url}/hook")
        tab.customer.turns_off("answered 410")
        tab.open(f"/n/{NUMBER}")
        tab.says("turned off: answered 410")
        tab.press("Test; a success turns it on")
        tab.says("HTTP 200")
        tab.go(f"/n/{NUMBER}")
        tab.says("healthy")


def test_the_log_of_a_number_is_one_step_away(tab: Tab) -> None:
    tab.customer.keeps(tab.customer.happened(1, GOOD), tab.customer.happened(2, LATE))
    tab.open(f"/n/{NUMBER}")
    tab.page.get_by_role("link", name="Log", exact=True).last.click()

    expect(tab.rows).to_have_count(2)
