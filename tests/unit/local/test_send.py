"""What `make send` says before it sends anything."""

from pathlib import Path

import pytest

from local.errors import LocalError
from local.paths import Paths
from local.send import sent


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no local AWS runs; `make up` starts one"),
        (["--event=messages/confirm"], "the callback of messages/confirm travels inside each event: .* URL=http"),
    ],
)
def test_it_says_what_is_missing(tmp_path: Path, arguments: list[str], said: str) -> None:
    with pytest.raises(LocalError, match=said):
        list(sent(arguments, Paths(home=tmp_path)))
