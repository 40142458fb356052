import subprocess
from pathlib import Path

from local.demo.curl import lines, variables, write_header
from local.demo.examples import SCENES


def test_a_line_names_the_file_of_the_token_and_not_the_token(tmp_path: Path) -> None:
    header = tmp_path / "a folder" / "token.header"
    header.parent.mkdir()
    write_header(header, "old")
    write_header(header, "secret.secret.secret")

    printed = [line for _, line in lines("http://api", header, SCENES[0], receiver="http://r", delivery="1" * 32)]

    assert header.read_text(encoding="utf-8") == "token: secret.secret.secret\n"
    assert header.stat().st_mode & 0o077 == 0
    assert len(printed) == 5
    for line in printed:
        assert "secret" not in line
        assert f"'@{header}'" in line


def test_the_variables_of_other_lines_come_from_the_same_file(tmp_path: Path) -> None:
    header = tmp_path / "a folder" / "token.header"
    header.parent.mkdir()
    write_header(header, "the.token")
    line = variables("http://api", header, delivery="01a2")

    shell = ["sh", "-c", f'{line}; echo "$API $TOKEN $DELIVERY"']
    assert subprocess.run(shell, check=True, capture_output=True, text=True).stdout == "http://api the.token 01a2\n"  # noqa: S603


def test_nothing_is_sent_again_before_there_is_a_delivery(tmp_path: Path) -> None:
    printed = [line for _, line in lines("http://api", tmp_path, SCENES[0], receiver="http://r", delivery="")]

    assert not any("redeliver" in line for line in printed)
