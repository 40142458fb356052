"""The platform's colour, made legible: WCAG 2.2's contrast of 4.5 holds for whatever it has chosen."""

from collections.abc import Iterable

LEAST_CONTRAST = 4.6
"""A little above WCAG's 4.5, so that rounding to 8 bits never falls below it."""

BACKGROUNDS = ("#f4f6f8", "#14171a")
"""Behind links, where it is light and where it is dark: the harder of the two that there are."""

STEPS = 64
"""Shades that are tried on the way to black or to white."""


def style_of(color: str) -> str:
    """Return the rule of CSS that defines *color* (`#rrggbb`) as the button's, with its text's, and as a link's."""
    light, dark = (_legible(_parts(color), _parts(background)) for background in BACKGROUNDS)
    text = max(((255, 255, 255), (0, 0, 0)), key=lambda one: contrast(one, _parts(color)))
    names = {"brand": color, "on-brand": _hex(text), "link-light": _hex(light), "link-dark": _hex(dark)}
    return f":root{{{';'.join(f'--{name}:{value}' for name, value in names.items())}}}\n"


def contrast(one: Iterable[int], other: Iterable[int]) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _legible(color: tuple[int, ...], background: tuple[int, ...]) -> tuple[int, ...]:
    """*color*, or the shade nearest to it that can be read on *background*."""
    goal = 0 if _luminance(background) > 0.5 else 255  # noqa: PLR2004 - half of all light
    for step in range(STEPS + 1):
        shade = tuple(round(part + (goal - part) * step / STEPS) for part in color)
        if contrast(shade, background) >= LEAST_CONTRAST:
            return shade
    return (goal,) * 3


def _luminance(color: Iterable[int]) -> float:
    red, green, blue = (_linear(part / 255) for part in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's


def _parts(color: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(color.removeprefix("#")))


def _hex(color: Iterable[int]) -> str:
    return f"#{bytes(color).hex()}"
