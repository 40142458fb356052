"""What an operator does who brings callbacks along: imports a file, twice."""

import base64
from pathlib import Path

import pytest

from local.demo.receiver import Receiver
from operate.import_callbacks import arguments, run
from operate.stacks import stack_of
from tests.e2e.access import ON_THE_OPEN_ONE
from tests.e2e.customer import HELLO, Customer, eventually

pytestmark = ON_THE_OPEN_ONE  # the operator's own permissions are not the stack's


def test_an_imported_callback_is_called_with_its_password(
    customer: Customer, receiver: Receiver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "callbacks.csv"
    file.write_text(
        "account,number,event,type,method,url,url_username,url_password\n"
        f"{customer.account},+49 30 123456,messages/receive_notify,Callback,JSON,{receiver.url},alice,open sesame\n"
    )
    stack = stack_of(customer.cloud)

    assert run(arguments(["--write", str(file)]), stack) == 0
    assert run(arguments(["--write", str(file)]), stack) == 0
    customer.happens("messages/receive_notify", HELLO, fonenumber="+4930123456")

    request = eventually(lambda: receiver.exchanges)[0].request
    assert request.header("Authorization") == f"Basic {base64.b64encode(b'alice:open sesame').decode()}"
    printed = capsys.readouterr().out
    assert "1 new" in printed
    assert "1 unchanged" in printed
