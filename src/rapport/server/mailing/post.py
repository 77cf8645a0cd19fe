"""Sending a message by the SMTP server of the settings."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from rapport.config import Settings
from rapport.errors import ConfigError

_SECONDS: Final = 30.0  # that a server may take for an answer
_ADDRESS: Final = re.compile(r"\S+@\S+")
_PORTS: Final = {"smtp": 25, "starttls": 587, "smtps": 465}


class Post(NamedTuple):
    """`way`: `smtp` in the clear, `starttls`, or `smtps` (TLS from the start)."""

    way: str
    host: str
    port: int
    user: str
    password: str
    sender: str


class Refusal(Exception):
    """`words` of the server. `final`: the same message would be refused again."""

    def __init__(self, words: str, *, final: bool) -> None:
        super().__init__(words)
        self.words = words
        self.final = final


def post_of(settings: Settings) -> Post | None:
    """None without a server. Raises `ConfigError` for settings that cannot be used."""
    if not settings.smtp_url:
        return None
    try:
        url = urlsplit(settings.smtp_url)
        port = url.port or _PORTS[url.scheme]
    except (ValueError, KeyError):
        url, port = urlsplit(""), 0
    if not url.hostname or not port:
        raise ConfigError(
            "smtp_url is no address of a mail server",
            hint="smtp://, starttls:// or smtps://user@mail.example.org:587",
        )
    if not settings.smtp_from:
        raise ConfigError("smtp_url needs smtp_from, the address that letters come from")
    password = unquote(url.password or "") or settings.smtp_password
    if password and url.scheme == "smtp" and not _here(url.hostname):
        raise ConfigError(
            "smtp_url would send the password in the clear", hint="use starttls:// or smtps://"
        )
    user = unquote(url.username or "")
    return Post(url.scheme, url.hostname, port, user, password, settings.smtp_from)


class Session:
    """One connection for several messages. Raises `Refusal` for whatever goes wrong."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Session:
        try:
            self._smtp = _connected(self._post)
        except (smtplib.SMTPException, OSError) as error:
            raise _refusal(error) from error
        return self

    def __exit__(self, *_: object) -> Literal[False]:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (smtplib.SMTPException, OSError):
                self._smtp.close()
        return False

    def send(self, message: EmailMessage, to: str) -> None:
        if self._smtp is None:
            raise Refusal("not connected", final=False)
        try:
            self._smtp.send_message(message, self._post.sender, [to])
        except (smtplib.SMTPException, OSError) as error:
            raise _refusal(error) from error


def _connected(post: Post) -> smtplib.SMTP:
    if post.way == "smtps":
        context = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            post.host, post.port, timeout=_SECONDS, context=context
        )
    else:
        smtp = smtplib.SMTP(post.host, post.port, timeout=_SECONDS)
    try:
        if post.way == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if post.user:
            smtp.login(post.user, post.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refusal(error: Exception) -> Refusal:
    """The server's words without addresses; a code of 500 and more about a recipient is final."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return Refusal(_said(code, words), final=code >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        return Refusal(_said(error.smtp_code, error.smtp_error), final=False)
    return Refusal(f"{type(error).__name__}: the mail server cannot be used", final=False)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(_ADDRESS.sub('…', text).split())}"[:200]


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
