"""The whole service in one process: wires the steps, starts them, and ends them gracefully."""

import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from aiohttp import web

from alerts import places
from alerts import store as state
from campaigns import calling as campaign_calls
from campaigns.drills.playing import Desk
from campaigns.lessons.answering import LessonQuiz
from delivery import accepting, counting, probing
from delivery.byhand import calling
from delivery.decider import Decider
from delivery.deciding import Decided
from delivery.planner import Planner
from delivery.providers.watching import Watch
from delivery.receiving import Receiver
from delivery.transport import Receipt
from delivery.twoway import received, triage
from delivery.twoway.inbox import Inbox
from delivery.writing import CatalogueWriter
from feeds import fetch
from feeds.health import Judgement, Sight
from feeds.poller import Poller
from feeds.settings import FEEDS
from service import agents, anchors, drills, opening, relaying, self_service, sending, translating, transports, upkeep
from service.clock import Clock, system_time
from service.parts import Parts as Parts
from service.settings import SettingsError
from service.teaching import Teaching
from templates_i18n import matrix
from web.app import make_app
from web.live import Changes
from web.state import WebState

_log = logging.getLogger(__name__)
_LOST = (Sight.BLIND, Sight.SILENT)


class Service:
    """One running service. `start`, then `stop`."""

    def __init__(self, parts: Parts) -> None:
        """Wire everything; nothing runs yet. Must be called on the running loop."""
        self.parts = parts
        self.places = places.load()
        settings, db, clock = parts.settings, parts.db, parts.clock
        loop = asyncio.get_running_loop()
        self._changes = Changes()
        self._words = parts.catalogue
        self._lessons = self._all_lessons = opening.lessons()
        self._quiz = LessonQuiz(book=lambda: self._lessons, catalogue=lambda: self._words)
        self._receiver = Receiver(db=db, on_recorded=self._changes.notify, mask=opening.masked(parts.sealer))
        self.sender = sending.sender(parts)
        #: for what only one process does at a time
        self._led = db if parts.machines is None else db.guarded(parts.machines.lead.check)
        self.planner = Planner(
            db=self._led,
            writer=self._writer(),
            rates=opening.rates(settings),
            clock=clock,
            wake_sender=self._planned,
            operators=opening.phones(settings.operator_numbers, parts.sealer),
        )
        self.decider = Decider(
            db=self._led,
            places=self.places,
            clock=clock,
            wake_planner=self.planner.wake,
            on_decided=self._decided,
            catching_up=lambda: self.poller.catching_up,
        )
        self._teaching = Teaching(
            db=self._led, settings=settings, places=self.places, clock=clock, quiz=self._quiz, on_queued=self._planned
        )
        desk = Desk(catalogue=lambda: self._words, places=self.places, two_way=settings.two_way)
        self._drills = drills.of_service(settings, db, desk, parts.transport, parts.sealer.open, clock)
        self.inbox = self._inbox() if settings.two_way else None
        self._probe = self._make_probe() if settings.probe_minutes else None
        self._session = fetch.new_session(opening.feed_settings(settings))
        self.poller = self._make_poller()
        self._relay = self._make_relay()
        self._tally = counting.Tally(db=self._led, clock=clock, watch=loop.time, on_counted=self._changes.notify)
        self._translator = translating.of_service(settings)
        self._clock = Clock()
        self._tasks: list[asyncio.Task[None]] = []
        self._sights: dict[str, Sight] = {}
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Begin to poll, decide, plan, send and show. SettingsError where the address is taken."""
        if not self.parts.simulation:
            await self.parts.db.write(upkeep.note_settings, self.parts.settings, self.parts.clock())
        await self.look_at_languages()
        matrix.rehearse(self._words, self.places)
        if self.parts.machines is None:
            await self._drills.start()
        await self._listen()
        if self.parts.machines is None:
            await self._teaching.begin()
            self._tasks = agents.start(self._stopping, self.decider, self.planner, self.sender)
            self._schedule(self._clock)
        else:
            self._tasks = agents.start(self._stopping, self.sender)
            self.parts.machines.begin(self._lead)
        self._clock.every(min(self._poll, timedelta(seconds=5)), "languages", self.look_at_languages, at_once=False)
        self._clock.start()

    async def _lead(self) -> None:
        """Poll, decide and plan, until cancelled: one process at a time does."""
        await self._drills.start()
        await self._teaching.begin()
        self.poller = self._make_poller()
        clock = Clock()
        self._schedule(clock)
        leading = agents.start(self._stopping, self.decider, self.planner)
        clock.start()
        try:
            await asyncio.gather(*leading)
        finally:
            for task in leading:
                task.cancel()
            await asyncio.gather(*leading, return_exceptions=True)
            await clock.stop()
            await self.poller.close()

    @property
    def _poll(self) -> timedelta:
        return timedelta(seconds=self.parts.settings.poll_seconds)

    def _schedule(self, clock: Clock) -> None:
        """What the clock calls; each is a look at rows, so a missed call loses nothing."""
        poll = self._poll
        second = min(poll, timedelta(seconds=1))
        for feed in FEEDS:
            clock.every(poll, f"poll {feed}", partial(self.poller.poll_feed, feed), at_once=True)
        clock.every(min(poll, timedelta(seconds=5)), "watch the feeds", self.watch, at_once=False)
        clock.every(second, "count outcomes", self._tally.step, at_once=True)
        clock.every(second, "end by time", self.end_by_time, at_once=True)
        clock.every(second, "what waits for two people", self.call_for_decisions, at_once=True)
        clock.every(second, "drills", self.play_drills, at_once=True)
        clock.every(second, "lessons", self._teaching.look, at_once=True)
        clock.every(timedelta(minutes=1), "forget replies", self.forget_replies, at_once=True)
        clock.every(timedelta(minutes=1), "forget codes", self.forget_codes, at_once=True)
        clock.every(second, "pauses", self.end_pauses, at_once=True)
        self._upkeep().schedule(clock)
        self._relay.schedule(clock)
        if (providers := transports.providers(self.parts.settings)) is not None:
            look = Watch(db=self._led, providers=providers, clock=self.parts.clock).look
            clock.every(timedelta(minutes=1), "look at the providers", look, at_once=False)
        if self.inbox is not None:
            clock.every(second, "people on duty", self.tell_duty, at_once=False)
        if self._probe is not None:
            clock.every(second, "probe", self.run_probe, at_once=True)
        clock.every(second, "notice other processes", self.look_outside, at_once=False)

    def _upkeep(self) -> upkeep.Upkeep:
        settings = self.parts.settings
        return upkeep.Upkeep(
            db=self._led,
            places=self.places,
            clock=self.parts.clock,
            keep=timedelta(days=settings.keep_days),
            heads=None if self.parts.simulation else anchors.path_of(settings),
            in_charge=opening.in_charge(settings, self.parts.sealer),
        )

    async def watch(self) -> None:
        """Judge the feeds; who is in charge hears of blindness."""
        self._say_sights(await self.poller.watch())
        self.planner.wake()

    def _say_sights(self, judgements: Sequence[Judgement]) -> None:
        """One line in the log when a feed is lost, and one when it is back."""
        for one in judgements:
            was = self._sights.get(one.feed, Sight.FRESH)
            self._sights[one.feed] = one.sight
            if one.sight in _LOST and one.sight is not was:
                _log.warning("feed_lost", extra={"feed": one.feed, "sight": one.sight.value, "says": one.text})
            elif was in _LOST and one.sight not in _LOST:
                _log.warning("feed_seen_again", extra={"feed": one.feed})

    async def end_by_time(self) -> None:
        """End silently what ends by itself."""
        if await self._led.write(state.end_by_time, self.parts.clock()):
            self._changes.notify()

    async def call_for_decisions(self) -> None:
        """Whoever has to decide is called; what nobody decided in time is called out."""
        now = self.parts.clock()
        if await self.parts.db.read(calling.is_due, now):
            await self._led.write(calling.watch, now)
            self._replied()
        if await self.parts.db.read(campaign_calls.is_due, now):
            await self._led.write(campaign_calls.watch, now)
            self._replied()

    async def play_drills(self) -> None:
        """What is due of drills, to their own phones and people only."""
        if await self._drills.look():
            self._changes.notify()

    async def look_at_languages(self) -> None:
        """Real SMS go out only in languages that somebody answers for."""
        if not self.parts.settings.sends_for_real:
            return
        found = await self.parts.db.read(accepting.accepted)
        languages = frozenset(one.language for one in found)
        self._lessons = accepting.usable_lessons(self._all_lessons, languages)
        words = accepting.usable(self.parts.catalogue, languages)
        if words.by_tag.keys() != self._words.by_tag.keys():
            self._words = words
            self.planner.writer = self._writer()

    def _writer(self) -> CatalogueWriter:
        return opening.writer(self.parts.settings, self._words, self.places)

    def _make_poller(self) -> Poller:
        """A new one for each time that this process leads: what an earlier one remembers is of then."""
        settings, clock = opening.feed_settings(self.parts.settings), self.parts.clock
        return Poller(self._led, self._session, settings, clock, on_stored=self.decider.wake)

    def _make_relay(self) -> relaying.Relay:
        heard = relaying.Heard(signed=self.decider.wake, submitted=self._changes.notify)
        return relaying.relay(self.parts, self._led, self._session, self.places, self.planner, heard)

    def _inbox(self) -> Inbox:
        desk = replace(
            opening.desk(opening.answers(lambda: self._words, self.places), self.parts.sealer, self._quiz),
            abroad=self.parts.settings.sends_for_real,
            budget=self.parts.settings.codes_per_hour,
            drill_sender=self.parts.settings.drill_sender,
        )
        return Inbox(db=self.parts.db, desk=desk, on_taken=self._replied)

    def _replied(self) -> None:
        self.planner.wake()
        self._planned()

    def _make_probe(self) -> probing.Probe:
        settings = self.parts.settings
        return probing.Probe(
            every=timedelta(minutes=settings.probe_minutes),
            phone=opening.phones([settings.probe_number], self.parts.sealer)[0],
            catalogue=lambda: self._words,
            places=self.places,
        )

    async def run_probe(self) -> None:
        """Our own training telegram, through all steps to the test number."""
        now, probe = self.parts.clock(), self._probe
        if probe is None or not await self.parts.db.read(probing.is_due, probe, now):
            return
        if await self._led.write(probing.step, probe, now):
            self.decider.wake()
            self._planned()

    async def forget_replies(self) -> None:
        """Whatever people have sent is gone after 72 hours."""
        now = self.parts.clock()
        if await self.parts.db.read(received.purgeable, now):
            await self._led.write(received.purge, now)

    async def forget_codes(self) -> None:
        """See `self_service`."""
        await self_service.forget_codes(self._led, self.parts.settings.codes_per_hour, self.parts.clock())

    async def end_pauses(self) -> None:
        """See `self_service`."""
        if await self_service.end_pauses(self._led, self.parts.clock()):
            self.planner.wake()

    async def tell_duty(self) -> None:
        """Those on duty hear of cries for help."""
        for municipality in await self.parts.db.read(triage.untold):
            words = opening.answers(lambda: self._words, self.places)
            if await self._led.write(triage.tell_duty, municipality, words, self.parts.clock()):
                self._planned()

    async def look_outside(self) -> None:
        """The command line may have written beside us."""
        if await self.parts.db.changed():
            self.decider.wake()
            self.planner.wake()
            self._changes.notify()

    async def take_receipts(self, arrived: Sequence[Receipt]) -> None:
        """The provider's word on texts, of drills and of all others."""
        if others := await self._drills.take(arrived):
            await self._receiver.take(others)

    def _planned(self) -> None:
        self.sender.wake()
        self._changes.notify()

    def _decided(self, decided: Decided) -> None:
        self._changes.notify()
        self.parts.on_decided(decided)

    async def _listen(self) -> None:
        settings = self.parts.settings
        answers = opening.answers(lambda: self._words, self.places)
        app = make_app(
            WebState(
                db=self.parts.db,
                places=self.places,
                catalogue=self.parts.catalogue,
                usable=lambda: self._words,
                quiz=self._quiz,
                tellers=self._teaching.teller,
                lessons_alone=settings.lessons_alone,
                clock=self.parts.clock,
                wall_clock=system_time,
                sealer=self.parts.sealer,
                reader=partial(opening.reader, self.parts.catalogue),
                real=settings.sends_for_real,
                simulation=self.parts.simulation,
                feeds=opening.feed_settings(settings),
                rate=settings.rate(),
                http_host=settings.http_host,
                webhooks=transports.webhooks(settings, self.take_receipts, self.inbox, self.parts.clock),
                providers=transports.providers(settings),
                public_url=settings.public_url,
                trust_forwarded_for=settings.trust_forwarded_for,
                programs=self._relay.programs(self.parts.db, self.parts.clock),
                joining=self_service.offered(
                    settings, self.parts.sealer, answers, sent=self._planned, registered=self.planner.wake
                ),
                changes=self._changes,
                on_queued=self._replied,
                planners=self.planner.desk(self.places),
                on_signed=self.decider.wake,
                segment_price=settings.segment_price,
                drills=drills.offered(settings, self.places),
                drafter=self._translator,
            )
        )
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, settings.http_host, settings.http_port).start()
        except OSError as wrong:
            why = os.strerror(wrong.errno) if wrong.errno and wrong.errno > 0 else str(wrong.strerror)
            taken = f"cannot listen on {settings.http_host}:{settings.http_port}: {why}"
            hint = "choose another port, 0 for any that is free, or another TOMOSHIBI_HTTP_HOST"
            raise SettingsError([f"TOMOSHIBI_HTTP_PORT: {taken}; {hint}"]) from None
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"

    async def stop(self) -> None:
        """Take nothing new, finish what is in hand, record it, and close. The database stays open."""
        self._stopping.set()
        await self._clock.stop()
        if self.parts.machines is not None:
            await self.parts.machines.lead_no_more()  # another takes over while this one drains
        for agent in (self.decider, self.planner, self.sender):
            agent.stop()
        await agents.drained(self._tasks)
        if self.parts.machines is not None:
            await self.parts.machines.end()
        await self._translator.close()
        await self.poller.close()
        await self._session.close()
        await self._relay.hooks.close()
        if self._runner is not None:
            await self._runner.cleanup()
