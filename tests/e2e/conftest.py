"""What the end-to-end tests share: a local AWS of their own, brought up and down once, as `make up` does it."""

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from local.ministack import stop
from local.places import Places
from local.receiver import Receiver
from local.up import up
from tests.e2e.customer import Customer


@pytest.fixture(scope="session")
def places(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """Nothing of the person's own local AWS is touched."""
    return Places(home=tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="session")
def cloud(places: Places) -> Iterator[Cloud]:
    """The built stack."""
    yield up(places)
    stop(places)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A web server that answers 200 unless its test says otherwise."""
    with Receiver() as server:
        yield server


@pytest.fixture
def customer(cloud: Cloud) -> Customer:
    """A customer whom no other test knows."""
    return Customer(cloud)
