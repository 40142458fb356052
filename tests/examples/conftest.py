"""The stack that the examples are tried on: `make test-examples`."""

from collections.abc import Iterator

import pytest

from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.demo.receiver import Receiver
from local.paths import Paths
from local.up import up


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The built stack on a local AWS of its own, which publishes its outputs."""
    paths = Paths(home=tmp_path_factory.mktemp("examples"))
    yield up(paths)
    stop(paths)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server that answers 200."""
    with Receiver() as server:
        yield server
