"""A cache that cannot grow without end."""


class BoundedDict[Key, Value](dict[Key, Value]):
    """A dictionary of at most *size* entries: the one that was set the longest ago makes room for the next."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def __setitem__(self, key: Key, value: Value) -> None:
        self.pop(key, None)
        super().__setitem__(key, value)
        if len(self) > self._size:
            del self[next(iter(self))]
