"""A cache that cannot grow without end."""

from ringback.bounded import BoundedDict


def test_what_was_set_the_longest_ago_goes_first() -> None:
    cache: BoundedDict[str, int] = BoundedDict(2)
    cache["a"], cache["b"], cache["c"] = 1, 2, 3

    assert cache == {"b": 2, "c": 3}


def test_setting_an_entry_again_keeps_it() -> None:
    """It takes no more room than before, either."""
    cache: BoundedDict[str, int] = BoundedDict(2)
    cache["a"], cache["b"], cache["a"], cache["c"] = 1, 2, 3, 4

    assert cache == {"a": 3, "c": 4}
