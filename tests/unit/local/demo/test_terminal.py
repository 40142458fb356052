import io

import pytest

from local.demo.terminal import WIDTH, Screen


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [
        (Terminal(), {"TERM": "xterm"}, True),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (Terminal(), {}, False),
        (io.StringIO(), {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: io.StringIO, environment: dict[str, str], *, coloured: bool
) -> None:
    Screen(stream, environment).line("text", "green")

    assert stream.getvalue() == ("\033[32mtext\033[0m\n" if coloured else "text\n")


def test_a_rule_fills_the_width() -> None:
    stream = io.StringIO()

    Screen(stream, {}).rule("left", "right", "green")

    (rule,) = stream.getvalue().splitlines()[1:]
    assert len(rule) == WIDTH
    assert rule.startswith("── left ─")
    assert rule.endswith("─ right ──")


def test_an_empty_line_of_a_block_is_empty() -> None:
    stream = io.StringIO()

    Screen(stream, {}).block(["one", "", "two"])

    assert stream.getvalue() == "   one\n\n   two\n"
