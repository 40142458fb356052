"""Rows of a file with callbacks."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from local.errors import LocalError
from operate.importing import wanted_by
from operate.rows import NAMES, Row, read_rows


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "callbacks"


def rows(file: Path, text: str) -> list[Row]:
    file.write_bytes(text.encode())
    return read_rows(file)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("start", ["", "\ufeff"], ids=["plain", "marked as UTF-8"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_table_is_read_as_spreadsheets_write_it(file: Path, delimiter: str, start: str, end: str) -> None:
    lines = [
        ["Account", "number", " url ", "url_password"],
        ["1000001", "3215551212", ' "https://a/?x=1,2;3" '.strip(), " with blanks "],
        ["", "", "", ""],
        ["1000001", " 3215551111 ", ""],
    ]

    first, second = rows(file, start + end.join(map(delimiter.join, lines)) + end)

    assert first.line == 2
    assert first.fields == {
        "account": "1000001",
        "number": "3215551212",
        "url": "https://a/?x=1,2;3",
        "url_password": " with blanks ",
    }
    assert (second.line, second.fields) == (4, {"account": "1000001", "number": "3215551111"})


def test_a_cell_of_several_lines_does_not_move_the_numbers_of_the_rows_below(file: Path) -> None:
    found = rows(file, 'account,url\n1,"https://a/\n\n"\n2,https://b/\n')

    assert [row.line for row in found] == [2, 5]


def test_each_line_may_be_an_object(file: Path) -> None:
    found = rows(file, '{"account": 1000001, "url": " a "}\n\n{"account": }\n[]\n{"account": 1, "account": 2}\n')

    assert [row.line for row in found] == [1, 3, 4, 5]
    assert found[0].fields == {"account": 1000001, "url": " a "}
    assert [row.refused for row in found[1:]] == [
        "body: not JSON: Expecting value: line 1 column 13 (char 12)",
        "body: given a list; expected an object of fields",
        "account: given twice",
    ]


def test_a_row_with_more_cells_than_names_is_refused(file: Path) -> None:
    assert [row.refused for row in rows(file, "account,url\n1,https://a/,x\n2,\n")] == [
        "3 cells; the first line names 2",
        "",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("account,uri\n", 'unknown column "uri"; allowed: account, number, event, fonenumber, type, '),
        ("account,url,URL\n", "the column url is there twice"),
        ("1000001,3215551212\n", 'unknown column "1000001"; allowed: '),
        ('account,url\n1,"https://a/\n', "line 2: unexpected end of data"),
        ("account\x1b[31m\n", 'unknown column "account\\u001b[31m"'),
    ],
)
def test_a_table_that_cannot_be_meant_is_refused_as_a_whole(file: Path, text: str, message: str) -> None:
    with pytest.raises(LocalError) as caught:
        rows(file, text)

    assert message in str(caught.value)


def test_a_file_that_is_not_there_or_no_text_is_named(file: Path) -> None:
    with pytest.raises(LocalError, match="callbacks cannot be read: No such file"):
        read_rows(file)
    file.write_bytes("account".encode("utf-16"))
    with pytest.raises(LocalError, match="callbacks is not text in UTF-8"):
        read_rows(file)


@given(st.text() | st.binary())
@example("{}")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_file_is_read_or_refused(file: Path, content: str | bytes) -> None:
    file.write_bytes(content.encode(errors="replace") if isinstance(content, str) else content)
    try:
        found = read_rows(file)
    except LocalError:
        return
    assert all(row.fields or row.refused for row in found)


PAGE = (Path(__file__).parents[3] / "docs" / "from-fonestorm.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["csv", "json"])
def test_the_examples_of_the_page_can_be_imported(file: Path, language: str) -> None:
    (example,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)

    for row in rows(file, example):
        assert not row.refused
        wanted_by(row, ())


def test_the_page_has_every_column() -> None:
    table = PAGE.partition("| column | what |")[2].partition("\n\n")[0]

    assert set(NAMES) <= set(re.findall(r"`(\w+)`", table))


def test_no_secret_is_in_what_a_row_shows_of_itself(file: Path) -> None:
    [row] = rows(file, "account,url_password\n1,planted\n")

    assert "planted" not in repr(row)
