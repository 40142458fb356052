"""Run and narrate `make run`, step by step."""

import secrets
import shlex
import time
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import urljoin

from local.api import Api
from local.aws.cloud import Cloud
from local.demo.curl import lines, variables, write_header
from local.demo.examples import FONENUMBER, SCENES, Scene, build_event, mail_scene, scene_of
from local.demo.mailbox import DeadLetter
from local.demo.platform import put
from local.demo.receiver import CRLF, Exchange, Receiver
from local.demo.terminal import Screen
from local.demo.watcher import Arrival, Watch
from local.issuer import issuer
from local.paths import PROJECT, Paths

LINK_MINUTES = 1_440
"""The longest that a link of the console may be good for."""

ARRIVE_SECONDS = 60
"""Seconds for everything to arrive; the slowest delivery waits 4 to 6 for its second attempt."""


class Show:
    """One run, with a new account, so that nothing of an earlier run is mixed in."""

    def __init__(self, cloud: Cloud, receiver: Receiver, screen: Screen, paths: Paths) -> None:
        self._cloud = cloud
        self._receiver = receiver
        self._screen = screen
        self._paths = paths
        self._account = f"1{secrets.randbelow(10**6):06}"
        self._token = issuer(paths, cloud.endpoint).token(self._account)
        self._api = Api(str(cloud.api), self._token)
        self._delivery = ""
        self._missing = list(SCENES)

    def set_callbacks(self) -> None:
        """Do what the customer does."""
        self._screen.heading(
            f"Customer {self._account} has the number {FONENUMBER} and sets callbacks, one for an event, by the API:"
        )
        self._api.call("POST", "/v2/accounts/signing_secret")
        for scene in SCENES:
            fields = scene.settings(self._receiver.url)
            self._api.call("POST", f"/v2/{scene.kind}", {"fonenumber": FONENUMBER} | fields)
            self._screen.line()
            self._screen.line(f"   POST /v2/{scene.kind:<24} {scene.how:<5}  {fields.get('url') or fields['email']}")
            self._screen.line(f"   {'':<33} {'':<5}  {scene.about}", "dim")

    def send_events(self) -> None:
        """Do what the platform does."""
        self._screen.heading("The platform puts an event of each kind on the queue. The first is:")
        self._screen.line()
        for number, scene in enumerate(SCENES):
            event = build_event(scene, account=self._account, now=datetime.now(UTC))
            put(self._cloud, event)
            if number == 0:
                self._screen.block([event], style="dim")

    def follow(self, watch: Watch, *, seconds: float | None) -> bool:
        """Print what arrives, and return whether all of it has, which also ends the *seconds* early."""
        for arrival in watch.until(time.monotonic() + seconds if seconds else None):
            self._print(arrival)
            if seconds and not self._missing:
                break
        return not self._missing

    def finish(self, *, complete: bool) -> None:
        """Say how it went."""
        if complete:
            self._screen.heading(f"All {len(SCENES)} deliveries arrived.")
            return
        self._screen.heading("These did not arrive: " + ", ".join(scene.kind for scene in self._missing))
        self._screen.line(f"{Paths().log.relative_to(PROJECT)} has the log of the functions.", "red")

    def show_console(self) -> None:
        """Where a browser shows the same: the customer's console, signed in, with what has just happened in it."""
        path = "/v2/accounts/console_session"
        made = self._api.call("POST", path, {"minutes": LINK_MINUTES})
        self._screen.heading("The same as this customer sees it, for a browser on this machine, for a day:")
        self._screen.line()
        self._screen.line(f"{urljoin(f'{self._cloud.api}{path}', made['url'])}&to=/n/{FONENUMBER}/log", "cyan")
        self._screen.line()

    def explain(self) -> None:
        """Say how to send more."""
        self._screen.line("Send another from a second terminal, with any change that you like:")
        self._screen.line()
        wanted = f"EVENT={SCENES[0].kind} ACCOUNT={self._account} DATA={shlex.quote('{"msg": "hello again"}')}"
        self._screen.line(f"cd {shlex.quote(str(PROJECT))} && make send {wanted}", "cyan")
        self._screen.line()
        self._screen.line("Ask the API as this customer; these lines work as they are, as long as this runs:")
        write_header(self._paths.curl_header, self._token)
        asked = lines(
            str(self._cloud.api),
            self._paths.curl_header,
            SCENES[0],
            receiver=self._receiver.url,
            delivery=self._delivery,
        )
        for about, line in asked:
            self._screen.line()
            self._screen.line(f"# {about}", "dim")
            self._screen.line(line, "cyan")
        self._screen.line()
        self._screen.line("# For the lines of docs/api.md", "dim")
        self._screen.line(variables(str(self._cloud.api), self._paths.curl_header, delivery=self._delivery), "cyan")
        self._screen.line()
        self._screen.line(
            "What arrives appears here. Ctrl-C ends this; the local AWS runs on until `make down`.", "dim"
        )

    def clear(self) -> None:
        """Remove the callbacks."""
        for scene in SCENES:
            self._api.call("POST", f"/v2/{scene.kind}", {"fonenumber": FONENUMBER, "type": "None"})
        self._api.close()

    def _print(self, arrival: Arrival) -> None:
        match arrival.what:
            case DeadLetter() as letter:
                self._print_letter(letter, arrival)
            case Exchange() as exchange:
                self._print_exchange(exchange, arrival)

    def _print_letter(self, letter: DeadLetter, arrival: Arrival) -> None:
        if letter.event == mail_scene().kind:
            self._arrived(mail_scene())
        self._screen.rule(f"{letter.event} · Email", arrival.took, "green")
        self._screen.block([f"From: {letter.sender}", f"To: {letter.to}", f"Subject: {letter.subject}", ""])
        self._screen.block(letter.text.rstrip().splitlines())

    def _print_exchange(self, exchange: Exchange, arrival: Arrival) -> None:
        request, reply = exchange.request, exchange.reply
        scene = scene_of(request.target)
        if scene is SCENES[0]:
            self._delivery = request.header("webhook-id")
        if scene and reply.good:
            self._arrived(scene)
        how = scene.how if scene else request.line.split(" ")[0]
        title = f"{request.header('webhook-event') or '?'} · {how}"
        self._screen.rule(title, arrival.took, "green" if reply.good else "yellow")
        self._screen.block(request.head.decode("latin-1").split(CRLF.decode()), first="bold")
        if request.body:
            self._screen.block(["", request.body.decode(errors="replace")])
        self._screen.line()
        again = "" if reply.good else ", so Ringback will try again"
        self._screen.line(f"   The receiver answered {reply.line}{again}.", "dim" if reply.good else "yellow")

    def _arrived(self, scene: Scene) -> None:
        if scene in self._missing:
            self._missing.remove(scene)


def play(cloud: Cloud, receiver: Receiver, screen: Screen, paths: Paths, *, once: bool) -> int:
    """Run the whole demo, then print what arrives until Ctrl-C, unless *once*; return 0 if everything arrived."""
    show = Show(cloud, receiver, screen, paths)
    watch = Watch(cloud, receiver)
    try:
        show.set_callbacks()
        show.send_events()
        complete = show.follow(watch, seconds=ARRIVE_SECONDS)
        show.finish(complete=complete)
        show.show_console()
        if not once:
            show.explain()
            with suppress(KeyboardInterrupt):
                show.follow(watch, seconds=None)
    finally:
        show.clear()
    return 0 if complete else 1
