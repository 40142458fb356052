"""JSON as one small binary, for what is stored in great numbers and read by us alone: zstd, with a dictionary.

The dictionary knows the names and words that nearly all of it has, and how often each byte comes in the rest. It is a
part of the format, a file for each, and never changes; `tools.packing_dictionary` makes that of a new one.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from backports.zstd import (  # type: ignore[import-not-found, unused-ignore]
    ZstdCompressor,
    ZstdDecompressor,
    ZstdDict,
    ZstdError,
)

DICTIONARY = Path(__file__).with_name("delivery.1.zdict")

_LEVEL = 3
"""The higher ones take fifty times as long for the last three percent."""

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(value: object) -> bytes:
    """Return *value*, which JSON can hold, in a few bytes."""
    text = _encode(value).encode("utf-8", "surrogatepass")
    return _compressor().compress(text, ZstdCompressor.FLUSH_FRAME)


def unpack(packed: bytes) -> Any:  # noqa: ANN401 - as json.loads
    """Return what `pack` made *packed* of.

    Raises:
        ValueError: it is nothing of the kind.
    """
    try:
        text = ZstdDecompressor(_dictionary().as_digested_dict).decompress(packed)
    except ZstdError as error:
        raise ValueError(str(error)) from error
    return json.loads(text.decode("utf-8", "surrogatepass"))


@cache
def _dictionary() -> ZstdDict:
    return ZstdDict(DICTIONARY.read_bytes())


@cache
def _compressor() -> ZstdCompressor:
    return ZstdCompressor(_LEVEL, zstd_dict=_dictionary().as_digested_dict)
