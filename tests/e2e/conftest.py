"""What the end-to-end tests share: a local AWS of their own, brought up as `make up` does it, and then a strict one."""

from collections.abc import Iterator

import pytest

from local.aws.cloud import Cloud
from local.aws.ministack import stop
from local.demo.receiver import Receiver
from local.logs import printed
from local.paths import Paths
from local.up import up
from tests.e2e.access import ACCESS, STRICT
from tests.e2e.customer import NEVER_LOGGED, Customer


@pytest.fixture(scope="session", params=ACCESS)
def access(request: pytest.FixtureRequest) -> str:
    """How MiniStack takes permissions."""
    how: str = request.param
    return how


@pytest.fixture(scope="session")
def paths(access: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paths]:
    """Nothing of the person's own local AWS is touched; what was started there ends, even if it did not come up."""
    own = Paths(home=tmp_path_factory.mktemp(access))
    yield own
    stop(own)


@pytest.fixture(scope="session")
def cloud(access: str, paths: Paths) -> Iterator[Cloud]:
    """The built stack."""
    cloud = up(paths, strict=access == STRICT)
    yield cloud
    told = [line.text for line in printed(cloud) if any(text in line.text for text in NEVER_LOGGED)]
    assert not told, "a function has logged a message's text or a password"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server that answers 200 unless its test says otherwise."""
    with Receiver() as server:
        yield server


@pytest.fixture
def customer(cloud: Cloud) -> Customer:
    """A customer whom no other test knows."""
    return Customer(cloud)
