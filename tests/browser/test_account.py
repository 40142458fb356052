"""The account's own things, and the catalogue."""

from playwright.sync_api import expect

from tests.browser.account import KIND
from tests.browser.tabs import Tab


def test_a_signing_secret_is_made_rotated_and_each_time_shown_once(tab: Tab) -> None:
    tab.open("/account")
    tab.says("None: requests are not signed.")
    tab.press("Create")
    first = tab.page.get_by_text("whsec_").inner_text()
    tab.press("Rotate …")
    tab.page.get_by_role("dialog").get_by_role("button", name="Rotate").click()
    tab.says("The one before signs, too, until")
    second = tab.page.get_by_text("whsec_").inner_text()

    assert len({first, second}) == 2
    tab.page.reload()
    tab.settled()
    expect(tab.page.get_by_text("whsec_")).to_have_count(0)
    tab.page.get_by_text("How a receiver checks it").click()
    tab.says("Webhook(secret).verify(signed")


def test_the_contact_is_set_and_a_wrong_one_is_refused_at_its_field(tab: Tab) -> None:
    tab.open("/account")
    field = tab.page.get_by_label("Who is told")
    save = tab.page.locator("section", has=field).get_by_role("button", name="Save")
    field.fill("nobody")
    save.click()
    expect(tab.page.locator("#mail-about")).to_contain_text("email:")
    field.fill("name@example.com")
    save.click()
    tab.says("Saved.")

    assert tab.customer.api("GET", "accounts/contact")["contact"]["email"] == "name@example.com"


def test_the_account_s_own_callback_is_set(tab: Tab) -> None:
    tab.open("/account")
    tab.page.get_by_role("link", name="Set: Call record").click()
    tab.page.get_by_label("Request").check()
    tab.page.get_by_label("URL").fill("https://hooks.example.com/cdr?uid=((uid))")
    expect(tab.page.get_by_label("The request")).to_contain_text("cdr?uid=1795455360.1187")
    tab.press("Save")
    tab.says("healthy")

    assert tab.customer.api("GET", "accounts/cdr_notify")["account"]["cdr_notify"]["type"] == "Callback"


def test_the_catalogue_says_what_each_token_means(tab: Tab) -> None:
    tab.open("/events")
    tab.page.get_by_text(KIND, exact=True).click()

    row = tab.page.get_by_role("row", name="((msg))")
    expect(row).to_contain_text("message")
    expect(row).to_contain_text("text of the message")
