"""Survivorship rules in a file, so that they can live in git. A changed file counts at once."""

from __future__ import annotations

import logging
from pathlib import Path

from rapport.errors import ConfigError
from rapport.profiles.rules import SurvivorshipRules, parse

_log = logging.getLogger(__name__)


class RulesFile:
    """Rules as the file has them now; the defaults while there is no file.

    Constructing raises `ConfigError` when the file cannot be used. A file that becomes unusable
    later is reported in the log, and the last good rules stay in force.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._look()
        self._rules = self._read()

    def __call__(self) -> SurvivorshipRules:
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._rules = self._read()
            except ConfigError as error:
                _log.warning("survivorship rules stay as they were: %s", error)
        return self._rules

    def _look(self) -> tuple[int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_size)

    def _read(self) -> SurvivorshipRules:
        try:
            text = self._path.read_text("utf-8")
        except FileNotFoundError:
            return SurvivorshipRules()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"cannot read {self._path.name}: {error}", hint="see docs/profiles.md"
            ) from None
        return parse(text)
