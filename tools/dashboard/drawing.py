"""Draws widgets where the dashboard has them, in CloudWatch's colours."""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox
from PIL import Image

from tools.dashboard.queries import Table
from tools.dashboard.samples import Span
from tools.dashboard.widgets import Line

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS: Final = 24
"""Of CloudWatch's grid."""
CELL_PIXELS: Final = (67, 46)
"""Width and height of one cell of the grid."""
DPI: Final = 100
HEAD_PIXELS: Final = 72
"""Above the grid, for the caption."""
PALETTE_COLORS: Final = 128
"""Enough for lines and text, a third of the bytes."""
COLORS: Final = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22")
INK, FAINT, RULE, GROUND = "#16191f", "#687078", "#e3e6e8", "#f2f3f3"
ROW_LETTERS, BESIDE_LABEL = 70, 7
"""Letters that a row of a legend has room for, and that each square takes."""
SMALL, TEXT, TITLE = 8.0, 9.0, 10.5
"""Sizes of letters, in points."""

type Box = tuple[float, float, float, float]
"""Left, bottom, width and height, as shares of the figure."""


class Picture:
    """One dashboard, widget by widget."""

    def __init__(self, *, rows: int, span: Span, title: str, caption: str) -> None:
        """*rows* are the grid's."""
        self._span = span
        self._height = HEAD_PIXELS + rows * CELL_PIXELS[1]
        width = COLUMNS * CELL_PIXELS[0]
        self._figure = Figure(figsize=(width / DPI, self._height / DPI), dpi=DPI, facecolor=GROUND)
        self._figure.text(0.008, 1 - 20 / self._height, title, size=14, weight="bold", color=INK, va="center")
        self._figure.text(0.008, 1 - 36 / self._height, caption, size=TEXT, color=FAINT, va="top", linespacing=1.3)

    def lines(self, widget: Mapping[str, Any], lines: Sequence[Line], *, unit: str, remark: str) -> None:
        """A widget of metrics in *unit*; the *remark* stands in one that has nothing to show."""
        axes = self._card(widget, room_below=0.24)
        properties = widget["properties"]
        left = properties.get("yAxis", {}).get("left", {})
        self._axis_of_time(axes)
        axes.text(1, 1.05, unit, size=SMALL, color=FAINT, ha="right", transform=axes.transAxes)
        colored = [(line, line.color or COLORS[place % len(COLORS)]) for place, line in enumerate(lines)]
        if properties.get("stacked"):
            self._stacked(axes, colored)
        else:
            right = axes.twinx() if any(line.is_right and line.points for line in lines) else None
            for line, color in colored:
                self._line(right if right and line.is_right else axes, line, color)
            if right:
                _bare(right)
                right.set_ylim(bottom=0)
        top = max((max(line.points.values()) for line in lines if line.points and not line.is_right), default=0)
        axes.set_ylim(left.get("min"), left.get("max", None if top > 0 else 1))
        if not any(line.points for line in lines):
            axes.set_yticks([])
            axes.text(0.5, 0.5, remark, size=TEXT, color=FAINT, ha="center", va="center", transform=axes.transAxes)
        self._legend(axes, colored)

    def table(self, widget: Mapping[str, Any], table: Table) -> None:
        """A widget of a log query."""
        axes = self._card(widget, room_below=0.03)
        axes.set_axis_off()
        if not table.rows:
            return
        cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in table.rows]
        longest = [max(len(row[place]) for row in [table.columns, *cells]) + 3 for place in range(len(table.columns))]
        tall = min(1.0, 0.13 * (len(cells) + 1))
        drawn = axes.table(
            cellText=cells,
            colLabels=list(table.columns),
            colWidths=[one / sum(longest) for one in longest],
            cellLoc="left",
            colLoc="left",
            edges="horizontal",
            bbox=Bbox.from_bounds(0, 1 - tall, 1, tall),
        )
        drawn.auto_set_font_size(value=False)
        drawn.set_fontsize(TEXT)
        for (row, _), cell in drawn.get_celld().items():
            cell.set_edgecolor(RULE)
            cell.get_text().set_color(INK if row else FAINT)

    def save(self, path: Path, facts: Mapping[str, str]) -> None:
        """Write the picture as PNG, with *facts* about it inside."""
        raw = path.with_suffix(".raw.png")
        self._figure.savefig(raw, metadata={"Software": None})
        with Image.open(raw) as image:
            small = image.convert("RGB").quantize(PALETTE_COLORS, dither=Image.Dither.NONE)
        raw.unlink()
        small.save(path, optimize=True, pnginfo=_info(facts))

    def _card(self, widget: Mapping[str, Any], *, room_below: float) -> "Axes":
        """White ground and the title; the axes inside."""
        x, y, width, height = self._box(widget)
        gap = 4 / (COLUMNS * CELL_PIXELS[0]), 4 / self._height
        card = self._figure.add_axes((x + gap[0], y + gap[1], width - 2 * gap[0], height - 2 * gap[1]))
        card.set_facecolor("white")
        card.set_xticks([])
        card.set_yticks([])
        for spine in card.spines.values():
            spine.set_color(RULE)
        title = widget["properties"]["title"]
        card.text(
            12 / (widget["width"] * CELL_PIXELS[0]), 1 - 18 / (widget["height"] * CELL_PIXELS[1]), title,
            size=TITLE, weight="bold", color=INK, va="center", transform=card.transAxes,
        )  # fmt: skip
        side = 42 / (COLUMNS * CELL_PIXELS[0])
        inside = (x + side, y + height * room_below, width - 2 * side, height * (0.84 - room_below))
        return self._figure.add_axes(inside)

    def _box(self, widget: Mapping[str, Any]) -> Box:
        width, height = widget["width"] / COLUMNS, widget["height"] * CELL_PIXELS[1] / self._height
        top = (HEAD_PIXELS + widget["y"] * CELL_PIXELS[1]) / self._height
        return widget["x"] / COLUMNS, 1 - top - height, width, height

    def _axis_of_time(self, axes: "Axes") -> None:
        _bare(axes)
        axes.grid(axis="y", color=RULE, linewidth=0.8)
        axes.set_axisbelow(True)
        axes.set_xlim(0, self._span.periods * self._span.seconds)
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[3, 6, 10]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{int(seconds) // 60}:{int(seconds) % 60:02}"))
        axes.yaxis.set_major_locator(MaxNLocator(4, min_n_ticks=2, steps=[1, 2, 2.5, 5, 10]))
        axes.yaxis.set_major_formatter(FuncFormatter(_short))

    def _line(self, axes: "Axes", line: Line, color: str) -> None:
        numbers = sorted(line.points)
        at = [(number + 0.5) * self._span.seconds for number in numbers]
        axes.plot(at, [line.points[number] for number in numbers], color=color, linewidth=1.5, marker="o", markersize=2)

    def _stacked(self, axes: "Axes", colored: Sequence[tuple[Line, str]]) -> None:
        periods = range(self._span.periods)
        at = [(number + 0.5) * self._span.seconds for number in periods]
        values = [[line.points.get(number, 0) for number in periods] for line, _ in colored]
        if values:
            axes.stackplot(at, values, colors=[color for _, color in colored], alpha=0.75, linewidth=0)

    def _legend(self, axes: "Axes", colored: Sequence[tuple[Line, str]]) -> None:
        """Squares and labels below, as many to a row as there is room for; grey where there is no value."""
        for line, color in colored:
            axes.plot([], [], marker="s", markersize=5, linestyle="", color=color, label=line.label)
        if not colored:
            return
        handles, labels = axes.get_legend_handles_labels()
        columns = next((many for many in (5, 4, 3, 2) if _letters(labels, many) <= ROW_LETTERS), 1)
        legend = axes.legend(
            handles, labels, loc="upper left", bbox_to_anchor=(-0.06, -0.13), ncols=columns, fontsize=SMALL,
            frameon=False, handletextpad=0.1, columnspacing=0.9, labelspacing=0.3, borderpad=0,
        )  # fmt: skip
        for text, (line, _) in zip(legend.get_texts(), colored, strict=True):
            text.set_color(INK if line.points else "#b0b6bb")


def _letters(labels: Sequence[str], columns: int) -> int:
    """Length of the longest row of a legend; its first columns have one label more where they do not come out even."""
    if columns > len(labels):
        return ROW_LETTERS + 1
    least, more = divmod(len(labels), columns)
    rest = iter(labels)
    columned = [list(islice(rest, least + (column < more))) for column in range(columns)]
    return sum(max(map(len, some)) + BESIDE_LABEL for some in columned)


def _bare(axes: "Axes") -> None:
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL, labelcolor=FAINT)


def _short(value: float, _: int) -> str:
    """A number of an axis: 1.5k for 1,500."""
    return f"{value / 1000:g}k" if value >= 1000 else f"{value:g}"  # noqa: PLR2004 - as the k says


def _info(facts: Mapping[str, str]) -> Any:  # noqa: ANN401 - of Pillow, which has no type for it
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415

    info = PngInfo()
    for name, text in facts.items():
        info.add_text(name, text)
    return info
