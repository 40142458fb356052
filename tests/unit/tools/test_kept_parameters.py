import sys
from pathlib import Path

import pytest

from tools.kept_parameters import main, tables

PROJECT = Path(__file__).parents[3]
SAVED = '[{}]\nparameter_overrides = "SenderAddress=\\"notify@example.com\\""\n'


def test_the_project_keeps_none() -> None:
    assert list(tables((PROJECT / "samconfig.toml").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "table", ["default.deploy.parameters", "default.global.parameters", "staging.deploy.parameters"]
)
def test_what_sam_deploy_would_send_is_found(table: str) -> None:
    assert list(tables("version = 0.1\n" + SAVED.format(table))) == [table]


@pytest.mark.parametrize("table", ["default.local_invoke.parameters", "default.build.parameters"])
def test_what_other_commands_read_is_left_alone(table: str) -> None:
    assert list(tables(SAVED.format(table))) == []


def test_a_person_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "samconfig.toml"
    config.write_text(SAVED.format("default.deploy.parameters"), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["kept_parameters", str(config)])

    assert main() == 1
    assert f"`git checkout {config}`" in capsys.readouterr().err
