"""The command, on queues of moto."""

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.errors import LocalError
from operate import dead_letters, queue
from operate.dead_letters import arguments, run
from operate.queue import DeadLetterQueue
from operate.stacks import Stack as Operated
from ringback.errors import InfrastructureError
from tests.integration.delivering import MESSAGE, Platform
from tests.integration.lambdas import record
from tests.integration.stack import Stack, client

EVENT = {"event": "messages/receive_notify", "account": "1000001", "fonenumber": "555", "data": {"msg": "see you"}}


class Operator:
    """Somebody at a terminal, and the queues that they see."""

    def __init__(self, stack: Stack, screen: pytest.CaptureFixture[str]) -> None:
        self._screen = screen
        self.sqs = stack.sqs
        self.letters = stack.environment["DEAD_LETTERS_URL"]
        self.events = stack.sqs.create_queue(QueueName="Events")["QueueUrl"]
        outputs = {
            "DeadLettersUrl": self.letters,
            "EventsQueueUrl": self.events,
            "RetriesQueueUrl": stack.environment["RETRIES_QUEUE_URL"],
        }
        self.stack = Operated(name="ringback", outputs=outputs, client=client)

    def says(self, *words: object) -> tuple[int, str]:
        """The status of `dead-letters` with *words* behind it, and what it prints."""
        status = run(arguments([str(word) for word in words]), self.stack)
        return status, self._screen.readouterr().out

    def bury(self, body: object = EVENT, reason: str = "bad_fonenumber") -> str:
        """Put a dead letter there, as deliver does; its id."""
        return self._send(body, {"reason": reason, "detail": "a sentence"})

    def bury_report(self, functions: object, body: object, attributes: dict[str, str]) -> str:
        """Have *functions* stand for Lambda, and put a report of SES there; its id."""
        self.stack = replace(
            self.stack,
            outputs={**self.stack.outputs, "FeedbackFunctionName": "feedback"},
            client=lambda service: functions if service == "lambda" else client(service),
        )
        return self._send(body, attributes)

    def _send(self, body: object, attributes: dict[str, str]) -> str:
        return self.sqs.send_message(
            QueueUrl=self.letters,
            MessageBody=json.dumps(body),
            MessageGroupId="1000001",
            MessageAttributes={name: {"DataType": "String", "StringValue": text} for name, text in attributes.items()},
        )["MessageId"]

    def visible(self, queue: str) -> int:
        """How many messages anybody could receive from *queue* now."""
        found = self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"])
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def look(self) -> DeadLetterQueue:
        """A look of somebody else."""
        return DeadLetterQueue(url=self.letters, sqs=self.sqs)


@pytest.fixture
def operator(stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Operator:
    """One who need not wait for SQS's other servers."""
    monkeypatch.setattr(queue, "WAIT_SECONDS", 0)
    return Operator(stack, capsys)


def test_a_list_shows_every_letter_and_leaves_all_where_they_are(operator: Operator) -> None:
    ids = {operator.bury() for _ in range(23)} | {operator.bury(reason="unknown_event")}

    status, shown = operator.says()

    assert status == 0
    assert all(one in shown for one in ids)
    assert "Dead letters in ringback: about 24, 24 shown.\n     23  bad_fonenumber\n      1  unknown_event" in shown
    assert "see you" not in shown
    assert operator.visible(operator.letters) == 24


def test_a_part_of_the_list_says_how_many_there_are(operator: Operator) -> None:
    for _ in range(12):
        operator.bury()

    _, shown = operator.says("--most", 3)

    assert "about 12, 3 shown" in shown
    assert operator.visible(operator.letters) == 12


def test_a_letter_that_is_seen_twice_is_shown_once(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that takes longer than letters stay hidden meets them again, and still ends."""
    monkeypatch.setattr(queue, "MAX_HIDDEN", 0)
    operator.bury()

    assert "about 1, 1 shown" in operator.says()[1]


def test_a_letter_stays_hidden_as_long_as_a_look_at_all_may_take(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a few it is a minute, so that one killed look does not keep others from them for long."""
    asked: list[int] = []
    at_receiving(operator, monkeypatch, lambda call: asked.append(call["VisibilityTimeout"]))
    for _ in range(70):
        operator.bury()

    with operator.look() as look:
        list(look.letters())
    operator.says("--most", 65)
    operator.says("--most", 1)

    assert asked == [70] * 8 + [65] * 7 + [60]


def test_a_letter_that_comes_again_does_not_end_the_look(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQS may hand out one twice, and hands out what a slow look did not hide long enough."""
    ids = {operator.bury() for _ in range(3)}
    monkeypatch.setattr(queue, "AT_ONCE", 1)
    receive, answers = operator.sqs.receive_message, []

    def twice(**call: Any) -> Any:
        answers.extend([receive(**call)] * 2)
        return answers.pop(0)

    monkeypatch.setattr(operator.sqs, "receive_message", twice)

    with operator.look() as look:
        assert {letter.id for letter in look.letters()} == ids


def at_receiving(operator: Operator, monkeypatch: pytest.MonkeyPatch, do: Callable[[dict[str, Any]], object]) -> None:
    """Have *do* done with each call for letters, before its answer is there."""
    receive = operator.sqs.receive_message

    def watched(**call: Any) -> Any:
        answer = receive(**call)
        do(call)
        return answer

    monkeypatch.setattr(operator.sqs, "receive_message", watched)


def test_letters_that_were_not_seen_are_said_to_be_missing(operator: Operator, tmp_path: Path) -> None:
    """Somebody else looks at ten of them: what is saved is not all, and the status says so too."""
    for _ in range(12):
        operator.bury()

    with operator.look() as somebody_else:
        next(somebody_else.letters())
        status, said = operator.says("--save", tmp_path)
        enough, _ = operator.says("--most", 2)

    assert status == 1
    assert "about 12, 2 shown" in said
    assert "About 10 more may be there that this look has not seen" in said
    assert enough == 0
    assert operator.says()[0] == 0


@pytest.mark.parametrize("most", ["0", "-1", "many"])
def test_another_number_of_letters_is_refused(most: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments(["--most", most])

    assert "allowed: a number from 1 on" in capsys.readouterr().err


def test_a_local_aws_that_does_not_answer_is_an_error_that_says_how_to_start_it(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    operator.sqs.delete_queue(QueueUrl=operator.letters)
    monkeypatch.setattr(dead_letters, "find_stack", lambda _: operator.stack)
    monkeypatch.setattr("sys.argv", ["dead-letters"])

    with pytest.raises(LocalError, match=r"counting the dead letters: .*; `make up` starts the local AWS"):
        dead_letters.main()


def test_bodies_are_shown_to_who_asks_for_them(operator: Operator) -> None:
    operator.bury()

    assert "see you" in operator.says("--bodies")[1]


def test_what_deliver_buries_is_listed_without_what_was_given(platform: Platform, operator: Operator) -> None:
    private = "my pin is 1234"
    platform.invoke(
        record(MESSAGE | {"event": "calls/receive_notify", "data": {"billable_seconds": private}}),
        record(
            MESSAGE | {"event": "messages/confirm", "data": {}, "callback": {"url": [f"https://example.com/{private}"]}}
        ),
    )

    _, shown = operator.says()
    _, whole = operator.says("--bodies")

    assert "deliver, which could not read it: data.billable_seconds: expected an integer" in shown
    assert "deliver, which could not read it: callback.url breaks a rule" in shown
    assert private not in shown
    assert f'detail      data.billable_seconds: given "{private}"' in whole


def test_an_empty_queue_is_no_error(operator: Operator) -> None:
    assert operator.says() == (0, "No dead letters in ringback.\n")


def test_letters_are_visible_again_whatever_ends_the_look(operator: Operator) -> None:
    operator.bury()

    def interrupted() -> None:
        with operator.look() as look:
            next(look.letters())
            assert operator.visible(operator.letters) == 0
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert operator.visible(operator.letters) == 1


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGHUP])
def test_letters_are_visible_again_when_the_terminal_is_closed(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, asked: signal.Signals
) -> None:
    operator.bury()
    monkeypatch.setattr(dead_letters, "find_stack", lambda _: operator.stack)
    monkeypatch.setattr("sys.argv", ["dead-letters"])
    answers: Iterator[Callable[[], object]] = iter((object, lambda: signal.raise_signal(asked)))
    at_receiving(operator, monkeypatch, lambda _: next(answers)())
    before = signal.signal(asked, lambda *_: pytest.fail("it would have ended at once"))

    try:
        with pytest.raises(SystemExit):
            dead_letters.main()
    finally:
        signal.signal(asked, before)

    assert operator.visible(operator.letters) == 1


def test_a_saved_letter_that_was_corrected_goes_back_and_leaves(operator: Operator, tmp_path: Path) -> None:
    wrong, other = operator.bury(), operator.bury()
    operator.says("--save", tmp_path)
    file = tmp_path / f"{wrong}.json"
    file.write_text(file.read_text().replace("555", "3215551212"))

    status, said = operator.says("--put", file)

    assert (status, said) == (0, f"{wrong}: sent to the Events queue\n")
    (sent,) = operator.sqs.receive_message(QueueUrl=operator.events, AttributeNames=["All"])["Messages"]
    assert json.loads(sent["Body"]) == EVENT | {"fonenumber": "3215551212"}
    assert sent["Attributes"]["MessageGroupId"] == "1000001"
    assert file.exists()
    with operator.look() as look:
        assert [letter.id for letter in look.letters()] == [other]


def test_a_letter_that_is_not_there_any_more_is_not_sent_twice(operator: Operator, tmp_path: Path) -> None:
    letter = operator.bury()
    operator.says("--save", tmp_path)
    file = tmp_path / f"{letter}.json"
    operator.says("--put", file)

    status, said = operator.says("--put", file)

    assert (status, "not seen: sent or removed already" in said) == (1, True)
    assert operator.visible(operator.events) == 1


def test_a_letter_that_cannot_be_sent_stays(operator: Operator, tmp_path: Path) -> None:
    letter = operator.bury()
    operator.says("--save", tmp_path)
    operator.sqs.delete_queue(QueueUrl=operator.events)

    status, said = operator.says("--put", tmp_path / f"{letter}.json")

    assert (status, "the letter is still here" in said) == (1, True)
    assert operator.visible(operator.letters) == 1


def test_a_letter_that_cannot_be_removed_is_said_to_be_sent(
    operator: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = operator.bury()
    operator.says("--save", tmp_path)

    def refuse(*_: object) -> None:
        raise InfrastructureError("removing a dead letter: AccessDenied")

    monkeypatch.setattr(DeadLetterQueue, "remove", refuse)

    status, said = operator.says("--put", tmp_path / f"{letter}.json")

    assert status == 1
    assert "sent to the Events queue, but the letter is still here (removing a dead letter: AccessDenied)" in said
    assert operator.visible(operator.events) == operator.visible(operator.letters) == 1


class Functions:
    """Lambda, as far as an operator uses it: notes what it is called with."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, object]] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: str) -> None:  # noqa: N803 - boto3's names
        self.calls.append((FunctionName, InvocationType, json.loads(Payload)))


REPORT = {"source": "aws.ses", "detail-type": "Email Bounced", "detail": {"bounce": {"bounceType": "Permanent"}}}
ARN = "arn:aws:lambda:us-east-1:123456789012:function"


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ({"requestContext": {"functionArn": f"{ARN}:feedback"}, "requestPayload": REPORT}, {}),
        (REPORT, {"ERROR_CODE": "NO_PERMISSIONS", "TARGET_ARN": f"{ARN}:feedback"}),
    ],
    ids=["Lambda's record", "EventBridge's event"],
)
def test_a_report_of_ses_goes_to_feedback_again(
    operator: Operator, tmp_path: Path, body: object, attributes: dict[str, str]
) -> None:
    functions = Functions()
    letter = operator.bury_report(functions, body, attributes)
    operator.says("--save", tmp_path)

    assert operator.says("--put", tmp_path / f"{letter}.json") == (0, f"{letter}: handed to feedback\n")
    assert functions.calls == [("feedback", "Event", REPORT)]
    assert operator.visible(operator.letters) == operator.visible(operator.events) == 0


def test_nothing_but_feedback_is_called_for_a_letter(operator: Operator, tmp_path: Path) -> None:
    """What lies in a queue does not choose which function of the account an operator calls."""
    functions = Functions()
    body = {"requestContext": {"functionArn": f"{ARN}:pay-somebody"}, "requestPayload": REPORT}
    letter = operator.bury_report(functions, body, {})
    operator.says("--save", tmp_path)

    status, said = operator.says("--put", tmp_path / f"{letter}.json")

    assert (status, functions.calls) == (1, [])
    assert "it was for the function pay-somebody, which is not feedback of this stack" in said
    assert operator.visible(operator.letters) == 1


def test_a_letter_that_is_dropped_is_gone_and_its_file_is_not(operator: Operator, tmp_path: Path) -> None:
    letter = operator.bury()
    operator.says("--save", tmp_path)
    file = tmp_path / f"{letter}.json"

    assert operator.says("--drop", file) == (0, f"{letter}: removed\n")
    assert operator.visible(operator.letters) == operator.visible(operator.events) == 0
    assert file.exists()
