from pathlib import Path

from local.aws.daemon import Daemon, last, lock_file, record, running, take
from local.paths import Paths

DAEMON = Daemon(pid=1, port=4566)


def test_a_daemon_runs_as_long_as_the_lock_is_held(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)
    with lock_file(paths) as file:
        assert take(file)
        record(file, DAEMON)

        assert running(paths) == DAEMON
    assert running(paths) is None


def test_its_port_is_remembered_when_it_has_ended(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)
    with lock_file(paths) as file:
        record(file, Daemon(pid=123_456, port=65_535))
        record(file, DAEMON)

    with lock_file(paths) as file:
        assert last(file) == DAEMON


def test_only_one_can_be_started(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)
    with lock_file(paths) as first, lock_file(paths) as second:
        assert take(first)
        assert not take(second)


def test_a_file_that_says_nothing_is_no_daemon(tmp_path: Path) -> None:
    paths = Paths(home=tmp_path)
    paths.lock.write_text("{", encoding="utf-8")

    with lock_file(paths) as file:
        assert last(file) is None
