import subprocess
from datetime import date
from pathlib import Path

import pytest

from tools.release import CHANGELOG, CODE, NotReady, Version, main, released

TODAY = date(2026, 11, 28)
PAGE = "User-Agent: Ringback/1.0.0\n"
FILES = {
    CHANGELOG: "# Changelog\n\n## Unreleased\n\n### Added\n\n- This.\n\n## 1.0.0 - 2026-01-01\n\n- That.\n",
    CODE: '"""What."""\n\nVERSION = "1.0.0"\n',
    "README.md": PAGE,
    "template.yaml": "Metadata:\n  A:\n    SemanticVersion: 1.0.0\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "All"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)  # noqa: S603, S607 - our own words
    return tmp_path


def test_a_release_takes_over_what_is_unreleased() -> None:
    texts = released(Version.of("1.1.0"), FILES, TODAY)

    assert "## Unreleased\n\n## 1.1.0 - 2026-11-28\n\n### Added\n\n- This.\n\n## 1.0.0" in texts[CHANGELOG]
    assert 'VERSION = "1.1.0"' in texts[CODE]
    assert "    SemanticVersion: 1.1.0\n" in texts["template.yaml"]
    assert texts["README.md"] == PAGE.replace("1.0.0", "1.1.0")


@pytest.mark.parametrize("version", ["1.0.0", "0.9.9", "1.0", "v1.1.0", "01.0.0", "1.1.0-rc1", ""])
def test_a_version_is_newer_and_has_three_numbers(version: str) -> None:
    with pytest.raises(NotReady):
        released(Version.of(version), FILES, TODAY)


def test_a_release_without_changes_is_none() -> None:
    with pytest.raises(NotReady, match="nothing below"):
        released(Version.of("1.1.0"), FILES | {CHANGELOG: "## Unreleased\n\n## 1.0.0 - 2026-01-01\n"}, TODAY)


def test_the_files_are_written_and_nothing_is_committed(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["1.10.0"], checkout) == 0

    assert 'VERSION = "1.10.0"' in (checkout / CODE).read_text(encoding="utf-8")
    assert "git tag v1.10.0" in capsys.readouterr().out


def test_changes_of_one_s_own_are_left_alone(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "README.md").write_text("mine", encoding="utf-8")

    assert main(["1.1.0"], checkout) == 1
    assert "commit them first" in capsys.readouterr().err
    assert (checkout / "README.md").read_text(encoding="utf-8") == "mine"
