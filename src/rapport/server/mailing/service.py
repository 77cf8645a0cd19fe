"""The thread that sends dashboards when they are due."""

from __future__ import annotations

import logging
import threading
from typing import Final

from rapport.errors import ConfigError, NotFound, RapportError, Retryable
from rapport.insights.boards import narrowed
from rapport.insights.boards import words as words_of
from rapport.insights.saved import Saved
from rapport.server.access.scopes import ROLES
from rapport.server.mailing.letter import Letter, Part, message
from rapport.server.mailing.post import Post, Refusal, Session, post_of
from rapport.server.mailing.store import Mailing
from rapport.server.mailing.tables import table_of
from rapport.server.mailing.words import WORDS
from rapport.server.operations.hold import held
from rapport.server.rooms import Rooms
from rapport.warehouse.watch import Watch

logger = logging.getLogger("rapport.mailing")
LOOK_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 12.0  # a slow mail server must not keep the stores from being closed
_FORGET_LOOKS: Final = 3_600
# What may be otherwise the next time: the letter waits for it.
_PASSING: Final = ("question_timeout", "question_memory", "question_cancelled")


class Stopping(Exception):
    """The server stops: the letter stays due."""


class Mailer:
    """`url` is where the console is."""

    def __init__(self, rooms: Rooms, url: str) -> None:
        self._rooms = rooms
        self._url = url
        self._stop = threading.Event()
        self._asked: Watch | None = None
        self._thread = threading.Thread(target=self._run, name="mailing", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends after the message that is being sent, or the question that is ended here."""
        self._stop.set()
        if self._asked is not None:
            self._asked.cancel()
        if self._thread.is_alive():
            self._thread.join(_STOP_SECONDS)

    def problem(self) -> str:
        """Why no letter can be sent, or nothing."""
        try:
            return "" if post_of(self._rooms.settings) else "smtp_url is not set"
        except ConfigError as error:
            return error.message

    def _run(self) -> None:
        looks = 0
        while not self._stop.wait(LOOK_SECONDS):
            try:
                if looks % _FORGET_LOOKS == 0:
                    self._rooms.mailing.forget()
                looks += 1
                self.send_due()
            except Exception as error:  # noqa: BLE001 - it must not end while the server runs
                logger.error("sending dashboards failed: %s", type(error).__name__)

    def send_due(self) -> None:
        """Everything that is due now. Called by the thread; tests call it without one."""
        if held(self._rooms.folder.hold):
            return
        for mailing in self._rooms.mailing.due():
            if not self._stop.is_set():
                self._send(mailing)

    def _send(self, mailing: Mailing) -> None:
        store = self._rooms.mailing
        try:
            post = post_of(self._rooms.settings)
            if post is None:
                raise Refusal("smtp_url is not set", final=False)
            if not self._may(mailing.author):
                raise Refusal("who set this up may not do so any more", final=False)
            self._deliver(mailing, post)
        except NotFound:  # the dashboard is gone
            store.remove(mailing.dashboard)
            store.forget(mailing.dashboard)
        except Stopping:
            return
        except (Refusal, RapportError) as error:
            words = error.words if isinstance(error, Refusal) else error.message
            logger.warning("a dashboard could not be sent", extra={"detail": mailing.dashboard})
            store.failed(mailing, words)
        except Exception as error:
            store.failed(mailing, type(error).__name__)
            raise
        else:
            store.done(mailing)

    def _deliver(self, mailing: Mailing, post: Post) -> None:
        """To those who have not got it yet. Raises `Refusal` when somebody may get it later."""
        store = self._rooms.mailing
        known = {each.address for each in store.deliveries(mailing.dashboard, mailing.due)}
        left = [address for address in mailing.schedule.to if address not in known]
        if not left:
            return
        letter = self._letter(mailing)
        later: Refusal | None = None
        with Session(post) as session:
            for address in left:
                self._go_on()
                try:
                    session.send(message(letter, post.sender, address, mailing.due), address)
                except Refusal as refusal:
                    if not refusal.final:
                        later = refusal
                        continue
                    store.delivered(mailing, address, "failed", refusal.words)
                else:
                    store.delivered(mailing, address, "sent")
        if later is not None:
            raise later

    def _may(self, author: str) -> bool:
        """Whether a user may still set schedules; of a key, it is not known."""
        try:
            user = self._rooms.accounts.user(author)
        except NotFound:
            return True
        return user.disabled_at is None and "write" in ROLES[user.role]

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise Stopping

    def _letter(self, mailing: Mailing) -> Letter:
        board = self._rooms.saved.get("dashboard", mailing.dashboard)
        kept = {each.key: each for each in self._rooms.saved.latest("insight")}
        parts = [
            self._part(kept.get(card["insight"]), card["insight"], board, mailing)
            for card in board.body["cards"]
        ]
        now = self._rooms.clock.now()
        only = words_of(
            board.body.get("filters", {}),
            self._rooms.insights.named,
            WORDS[mailing.schedule.language]["no_value"],
        )
        return Letter(board.key, board.name, self._url, now, parts, mailing.schedule, only)

    def _part(self, saved: Saved | None, key: str, board: Saved, mailing: Mailing) -> Part:
        words = WORDS[mailing.schedule.language]
        if saved is None:
            return Part(key, None, words["gone"])
        question = narrowed(saved.body, board.body.get("filters", {}))
        kind = str(question.get("kind", ""))
        with self._rooms.running.asked(kind, f"letter {mailing.dashboard}") as run:
            self._asked = run.watch
            self._go_on()
            try:
                answer = self._rooms.insights.answer(question, watch=run.watch)
            except RapportError as error:
                self._go_on()
                if isinstance(error, Retryable) or error.error_code in _PASSING:
                    raise
                return Part(saved.name, None, words["failed"])
            finally:
                self._asked = None
        table = table_of(answer, words)
        return Part(saved.name, table) if table.rows else Part(saved.name, None, words["empty"])
