"""A snapshot that is out of date says what changed and how to renew it."""

from pathlib import Path

from tools.snapshots import difference


def test_a_snapshot_that_is_up_to_date_has_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "some.snap"
    path.write_text("one\ntwo\n", encoding="utf-8")

    assert difference(path, "one\ntwo\n") == ""


def test_a_difference_shows_both_sides_and_the_command(tmp_path: Path) -> None:
    path = tmp_path / "some.snap"
    path.write_text("one\ntwo\n", encoding="utf-8")

    shown = difference(path, "one\nthree\n")

    assert "-two\n+three" in shown
    assert "make snapshots" in shown


def test_a_snapshot_that_is_not_there_is_all_new(tmp_path: Path) -> None:
    assert "+one" in difference(tmp_path / "none.snap", "one\n")
