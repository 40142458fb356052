from datetime import UTC, datetime

import pytest

from local.demo.mailbox import DeadLetter
from ringback.catalog.payload import CATALOGUE
from ringback.email.message import Mail, render_disabled, render_mail
from ringback.models import Callback, CallbackType, Event

KINDS = [name for name, kind in CATALOGUE.items() if CallbackType.EMAIL in kind.types]


def letter(mail: Mail) -> DeadLetter:
    return DeadLetter(id="1", sender="a@b", to=mail.to, subject=mail.subject, text=mail.text, html=mail.html)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("fonenumber", ["3215551212", ""])
def test_a_letter_knows_its_own_event(name: str, fonenumber: str) -> None:
    """Whatever its values say."""
    kind = CATALOGUE[name]
    data = dict.fromkeys(kind.example, "Sent (faxes/other_notify)")
    event = Event(kind=name, account="1000001", fonenumber=fonenumber, id="1", time=datetime.now(UTC), data=data)

    assert letter(render_mail(to="a@b", kind=kind, event=event, delivery="1")).event == name


def test_a_letter_to_the_contact_has_the_callback_s_event() -> None:
    callback = Callback(
        owner="1000001#3215551212", event="calls/send_notify", type=CallbackType.CALLBACK, url="http://a/"
    )

    assert letter(render_disabled(to="a@b", callback=callback, host="a", reason="410")).event == "calls/send_notify"


def test_a_letter_of_somebody_else_has_none() -> None:
    assert DeadLetter(id="1", sender="a@b", to="c@d", subject="Hello", text="", html="").event == "?"
