"""An event as an e-mail."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringback.catalog.payload import CATALOGUE
from ringback.email.message import MAX_SUBJECT_CHARACTERS, Mail, render_mail
from ringback.models import Event, Value

ANY_TEXT = st.text(st.characters())


def mail(data: dict[str, Value], *, kind: str = "messages/receive_notify", fonenumber: str = "3215551212") -> Mail:
    event = Event(
        kind=kind,
        account="1000001",
        fonenumber=fonenumber,
        id="1",
        time=datetime(2026, 11, 23, 17, 36, tzinfo=UTC),
        data=data,
    )
    return render_mail(to="bob@example.com", kind=CATALOGUE[kind], event=event, delivery="0193f5a0")


def test_the_subject_names_event_and_number() -> None:
    assert mail({}).subject == "Message received on 321-555-1212 (messages/receive_notify)"
    assert mail({}, kind="calls/send_notify").subject == "Call made on 321-555-1212 (calls/send_notify)"


@pytest.mark.parametrize("fonenumber", ["+4930123456", "72345"])
def test_a_number_that_is_not_north_american_stays_in_one_piece(fonenumber: str) -> None:
    assert mail({}, fonenumber=fonenumber).subject == f"Message received on {fonenumber} (messages/receive_notify)"
    assert f"of {fonenumber} is set to Email" in mail({}, fonenumber=fonenumber).text


def test_the_text_has_a_line_for_each_value_under_its_body_name() -> None:
    """In the order of the body; the last lines say where the mail comes from."""
    assert mail({"message": "hello world", "from": "3215551111", "to": "3215551212"}).text == (
        "Message received on 321-555-1212\n"
        "\n"
        "to: 3215551212\n"
        "from: 3215551111\n"
        "message: hello world\n"
        "\n"
        "-- \n"
        "You receive this because messages/receive_notify of 321-555-1212 is set to Email with your address."
        " To stop these messages, set its type to None.\n"
        "Delivery 0193f5a0\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_a_value_of_several_lines_cannot_pass_for_another_field(newline: str) -> None:
    assert "message: hello\n    from: 3215550000\n" in mail({"message": f"hello{newline}from: 3215550000"}).text


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x0c", "\x1b", "\x7f", "\x85", "\u2028", "\u2029", "\ud800"])
def test_no_control_character_gets_into_a_mail(character: str) -> None:
    """Nor what some programs take for the end of a line, nor half a surrogate pair."""
    rendered = mail({"message": f"a{character}b"})

    assert "message: a\ufffdb\n" in rendered.text
    assert "a\ufffdb</td>" in rendered.html


def test_integers_are_shown() -> None:
    assert "billable_seconds: 0\n" in mail({"billable_seconds": 0}, kind="calls/receive_notify").text


def test_html_is_escaped() -> None:
    html = mail({"message": "<script>alert('1')</script> & \"<b>\""}).html

    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt; &amp; &quot;&lt;b&gt;&quot;</td>" in html


def test_so_is_what_the_event_is_about() -> None:
    """Numbers and accounts are checked where events come in; a mail does not rely on it."""
    assert "<b>" not in mail({}, fonenumber="<b>").html


def test_a_subject_is_of_bounded_length() -> None:
    assert len(mail({}, fonenumber="3" * 1_000).subject) == MAX_SUBJECT_CHARACTERS


def test_html_leads_nowhere() -> None:
    """No link, picture, script or style sheet: nothing is loaded, nobody is tracked."""

    class Names(HTMLParser):
        seen = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.seen += " ".join(["", tag, *(name for name, _ in attrs)])

    names = Names()
    names.feed(mail({"message": "https://evil.example/ <img src=x> url(x)"}).html)

    assert " ".join(sorted(set(names.seen.split()))) == (
        "align body br cellpadding cellspacing charset content dir h1 head html lang meta name p style"
        " table td th title tr valign"
    )


@given(ANY_TEXT, ANY_TEXT)
def test_no_text_can_end_the_subject_or_make_another_field(message: str, fonenumber: str) -> None:
    """Whatever a caller writes, a mail has one line that starts with each name."""
    rendered = mail({"from": "from: x\nto: y", "message": message}, fonenumber=fonenumber)

    assert rendered.subject.splitlines() == [rendered.subject]
    assert len(rendered.subject) <= MAX_SUBJECT_CHARACTERS
    fields = [line.partition(":")[0] for line in rendered.text.splitlines() if not line.startswith((" ", "--"))]
    assert fields[1:5] == ["", "from", "message", ""]
