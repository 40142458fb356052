"""Draws docs/dashboard.png: `python -m tools.dashboard`, about three minutes on the local AWS.

The dashboard is the template's; what it shows is measured while customers' endpoints answer, fail, hang and recover.
"""

import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from local.api import Api
from local.cloud import Cloud
from local.errors import reported
from local.ministack import stop
from local.places import PROJECT, Places
from local.stack import STACK
from local.up import up
from tools.dashboard.board import parts, titles, unit
from tools.dashboard.drawing import Picture
from tools.dashboard.queries import ask
from tools.dashboard.recording import Recording
from tools.dashboard.samples import Span
from tools.dashboard.traffic import FONENUMBER, SECONDS, send, set_up
from tools.dashboard.widgets import View, lines
from tools.template import Template, load

PATH: Final = PROJECT / "docs" / "dashboard.png"
PERIOD_SECONDS: Final = 10
"""Of the picture; the dashboard's own are minutes."""
SEED: Final = 7
ELSEWHERE: Final = "AWS's own metrics;\nnot on the local stack"
CAPTION: Final = (
    f"The dashboard of template.yaml, drawn from a run of {SECONDS} s on the local stack: one endpoint is down at "
    "first, one hangs, one is gone, one was never there, one fails now and then.\n"
    f"Periods of {PERIOD_SECONDS} s instead of minutes, and requeue as often. Lambda's and the API's metrics are "
    "counted from the functions' logs. Grey: nothing was counted, or AWS alone has it."
)


def record() -> Recording:
    """Run it, on a local AWS of its own."""
    with TemporaryDirectory() as home:
        places = Places(home=Path(home))
        cloud = up(places)
        try:
            return _recorded(cloud, places)
        finally:
            stop(places)


def _recorded(cloud: Cloud, places: Places) -> Recording:
    dice = random.Random(SEED)  # noqa: S311 - the same customers each time
    with set_up(cloud, places, dice) as (everybody, api):
        recording = Recording(start=time.time())
        send(cloud, everybody, dice, lambda: _each_second(cloud, api, recording))
        recording.read_logs(cloud)
    return recording


def _each_second(cloud: Cloud, api: Api, recording: Recording) -> None:
    recording.look_at_queues(cloud)
    second = int(time.time() - recording.start)
    if second % PERIOD_SECONDS == 0:
        requeue = cloud.outputs["RequeueFunctionName"]
        cloud.client("lambda").invoke(FunctionName=requeue, InvocationType="Event", Payload=b"{}")
    number = f"/v2/fonenumbers/{FONENUMBER}"
    api.ask("GET", f"{number}/deliveries?limit=5" if second % 8 else f"{number}/nothing")  # now and then a 404


def draw(recording: Recording, template: Template, path: Path) -> None:
    """The picture of the dashboard in *template* with what was recorded."""
    shown = parts(template)
    span = Span(start=recording.start, periods=SECONDS // PERIOD_SECONDS, seconds=PERIOD_SECONDS)
    view = View(recording.samples, span)
    rows = max(widget["y"] + widget["height"] for widget in shown)
    picture = Picture(rows=rows, span=span, title=STACK, caption=CAPTION)
    for widget in shown:
        properties = widget["properties"]
        if widget["type"] == "log":
            group = properties["query"].partition("SOURCE '${")[2].partition("}'")[0]
            picture.table(widget, ask(properties["query"], recording.logged[group]))
        else:
            picture.lines(widget, lines(properties, view), unit=unit(properties), remark=ELSEWHERE)
    picture.save(path, {"Widgets": titles(template)})


def main() -> int:
    """Run and draw."""
    draw(record(), load(PROJECT / "template.yaml"), PATH)
    print(f"{PATH.relative_to(PROJECT)} shows the dashboard as it is now")
    return 0


if __name__ == "__main__":
    sys.exit(reported(main))
