import os
import zipfile
from io import BytesIO
from pathlib import Path

from local.aws.package import digest, zipped


def code(folder: Path) -> Path:
    (folder / "deliver").mkdir(parents=True)
    (folder / "deliver" / "app.py").write_text("print('hello')\n", encoding="utf-8")
    (folder / "requirements.txt").write_text("", encoding="utf-8")
    return folder


def test_code_is_told_by_its_content_not_by_its_age(tmp_path: Path) -> None:
    folder = code(tmp_path / "one")
    before = digest(folder)

    os.utime(folder / "deliver" / "app.py", (0, 0))

    assert digest(folder) == before == digest(code(tmp_path / "two"))


def test_a_changed_byte_or_name_is_other_code(tmp_path: Path) -> None:
    folder = code(tmp_path)
    before = digest(folder)

    (folder / "deliver" / "app.py").write_text("print('hellO')\n", encoding="utf-8")
    changed = digest(folder)
    (folder / "requirements.txt").rename(folder / "requirements.in")

    assert len({before, changed, digest(folder)}) == 3


def test_the_archive_has_paths_from_the_folder_on_and_no_bytecode(tmp_path: Path) -> None:
    folder = code(tmp_path)
    (folder / "deliver" / "__pycache__").mkdir()
    (folder / "deliver" / "__pycache__" / "app.cpython-313.pyc").write_bytes(b"")

    with zipfile.ZipFile(BytesIO(zipped(folder))) as archive:
        assert archive.namelist() == ["deliver/app.py", "requirements.txt"]
        assert archive.read("deliver/app.py") == b"print('hello')\n"
