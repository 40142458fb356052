"""What `make invoke` says before it starts anything."""

import json
from pathlib import Path

import pytest

from local.aws.runtime import AttemptResult
from local.errors import LocalError
from local.invoke import answerable, invoke, show
from local.paths import Paths
from tests.payloads import EVENTS, FILES

URL = "http://127.0.0.1:1"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(home=tmp_path)


@pytest.mark.parametrize(
    ("event", "said"), [("events/lost.json", 'there is no file "events/lost.json"'), ("", "no file is named")]
)
def test_a_missing_file_is_answered_with_those_that_there_are(paths: Paths, event: str, said: str) -> None:
    with pytest.raises(LocalError, match=f"^{said}; events/ has {', '.join(FILES)}$"):
        invoke("DeliverFunction", Path(event), paths)


def test_a_file_that_is_not_json_is_refused(paths: Paths, tmp_path: Path) -> None:
    event = tmp_path / "broken.json"
    event.write_text("{", encoding="utf-8")

    with pytest.raises(LocalError, match=r"broken\.json is not JSON: "):
        invoke("DeliverFunction", event, paths)


def test_without_a_local_aws_it_says_what_starts_one(paths: Paths) -> None:
    with pytest.raises(LocalError, match="make up"):
        invoke("DeliverFunction", EVENTS / "message-get.json", paths)


def test_only_what_cloudformation_hands_over_gets_another_url() -> None:
    asked = json.loads(answerable(b'{"ResponseURL": "https://example.com/", "RequestType": "Create"}', URL))

    assert asked == {"ResponseURL": URL, "RequestType": "Create"}
    for payload in (b'{"Records": [] }', b"[1]", b"3"):
        assert answerable(payload, URL) == payload


def test_the_answer_goes_to_the_output_and_what_was_logged_beside_it(capsys: pytest.CaptureFixture[str]) -> None:
    show(AttemptResult(payload='{"to":"é"}', error="", log=("one", "two")))
    show(AttemptResult(payload="", error="Runtime.ExitError", log=()))

    output, errors = capsys.readouterr()
    assert output == '{\n  "to": "é"\n}\nRuntime.ExitError\n'
    assert errors == "one\ntwo\n"
