"""One entry in the catalogue is all that a kind of event takes (CONTRIBUTING: Adding an event)."""

import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PACKAGE = PROJECT / "functions" / "ringback"

END = ")\n\nCATALOGUE: "
"""What follows the last entry."""

ENTRIES = """\
    EventKind(
        name="calls/voicemail_notify",
        title="Voicemail",
        fields=(_string("uid", "unique id of the call"), _integer("seconds", "how long it is")),
        example={"uid": "1795455360.1187", "seconds": 12},
    ),
    EventKind(
        name="voicemails/receive_notify",
        title="Voicemail",
        fields=(_string("uid", "unique id of the call"), _string("file", "URL of the recording")),
        example={"uid": "1795455360.1187", "file": "https://voicemail.example.com/1187.wav"},
    ),
"""
"""The one in a group that is there, the other in a group of its own."""


def test_a_kind_that_is_added_to_the_catalogue_is_set_shown_previewed_delivered_and_mailed(tmp_path: Path) -> None:
    """In a process of its own, on a copy of the package."""
    copy = shutil.copytree(PACKAGE, tmp_path / "ringback", ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = copy / "catalog" / "kinds.py"
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace(END, ENTRIES + END), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-o", f"pythonpath={tmp_path} functions .", "tests/integration/one_more_event.py"]

    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    assert done.returncode == 0, done.stdout
    assert "8 passed" in done.stdout
