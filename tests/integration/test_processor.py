"""Keeping to one processor."""

import os
from collections.abc import Iterator
from threading import Thread

import pytest

from deliver.processor import keep_to_one

ON_LAMBDA = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}


@pytest.fixture(autouse=True)
def processors() -> Iterator[set[int]]:
    """Those that the tests may use, given back afterwards."""
    processors = os.sched_getaffinity(0)
    yield processors
    os.sched_setaffinity(0, processors)


def test_on_lambda_all_threads_stay_on_the_chosen_processor(processors: set[int]) -> None:
    seen: list[set[int]] = []

    keep_to_one(ON_LAMBDA, max)
    thread = Thread(target=lambda: seen.append(os.sched_getaffinity(0)))
    thread.start()
    thread.join()

    assert seen == [{max(processors)}]


def test_elsewhere_nothing_changes(processors: set[int]) -> None:
    keep_to_one({}, max)

    assert os.sched_getaffinity(0) == processors


def test_a_system_that_refuses_is_no_failure(processors: set[int]) -> None:
    keep_to_one(ON_LAMBDA, lambda _: 100_000)

    assert os.sched_getaffinity(0) == processors
