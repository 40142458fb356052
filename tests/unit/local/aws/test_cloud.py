import json
from pathlib import Path

import pytest

from local.aws.cloud import Cloud
from local.errors import LocalError
from local.paths import Paths

CLOUD = Cloud(
    endpoint="http://127.0.0.1:4566", region="us-east-1", outputs={"EventsQueueUrl": "http://127.0.0.1:4566/q"}
)


def test_what_was_saved_is_found_again(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)

    CLOUD.save(paths)

    assert Cloud.saved(paths) == CLOUD
    assert json.loads(paths.outputs.read_text(encoding="utf-8")) == {
        "endpoint": "http://127.0.0.1:4566",
        "region": "us-east-1",
        "api": None,
        "token": None,
        "outputs": {"EventsQueueUrl": "http://127.0.0.1:4566/q"},
    }


def test_without_a_local_aws_it_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="`make up` starts one"):
        Cloud.saved(Paths(home=tmp_path))
