from datetime import UTC, datetime
from pathlib import Path
from stat import S_IMODE

import pytest

from local.errors import LocalError
from operate.files import read, save
from operate.letters import DeadLetter

LETTER = DeadLetter(
    id="22592e75",
    receipt="AQEB",
    body='{"msg":"grüß\r\ngott"}',
    group=None,
    sent=datetime(2026, 11, 23, tzinfo=UTC),
    attributes={},
)


def test_a_body_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    list(save([LETTER], tmp_path / "letters"))

    assert read([tmp_path / "letters" / "22592e75.json"]) == {"22592e75": LETTER.body}


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    list(save([LETTER], tmp_path / "letters"))

    assert S_IMODE((tmp_path / "letters").stat().st_mode) == 0o700
    assert S_IMODE((tmp_path / "letters" / "22592e75.json").stat().st_mode) == 0o600


def test_a_file_that_is_being_corrected_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "22592e75.json").write_text("corrected")

    (said,) = save([LETTER], tmp_path)

    assert said.endswith("there already, left as it is")
    assert (tmp_path / "22592e75.json").read_text() == "corrected"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("absent.json", None, "cannot be read: No such file"),
        ("22592e75.txt", b"{}", "is called <its id>.json"),
        ("22592e75.json", b"\xff", "not text in UTF-8"),
    ],
)
def test_what_is_no_saved_letter_is_refused(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(LocalError, match=message):
        read([file])


def test_a_folder_that_cannot_be_made_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "letters").touch()

    with pytest.raises(LocalError, match="cannot be written"):
        list(save([LETTER], tmp_path / "letters"))
