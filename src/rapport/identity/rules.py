"""The rules by which identifiers become people: read, checked, compiled.

Defaults follow what is usual in the field (one user id per person, five e-mail addresses), with
room for what real devices do: Safari forgets script-set cookies after a week, so one person with
three browsers easily has hundreds of anonymous ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from rapport import yaml12
from rapport.errors import BadRequest, Malformed
from rapport.identity.model import USER

_HINT = "see docs/identity.md for the rules file and an example"


class TypeRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one type of identifier behaves."""

    priority: int = 40  # smaller is stronger
    limit: int = 5  # most values of this type that one person may have
    shared: Literal["owner", "strict", "never"] = "owner"
    blocked: tuple[str, ...] = ()
    blocked_patterns: tuple[str, ...] = ()


class Sharing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a value seen with several users still belongs to one of them, and to how many at all."""

    owner_share: float = 0.7  # of the events that name a user; at least this much is the owner's
    owner_users: int = 4  # with more users than this nobody owns it
    crowd: int = 4  # seen with more than crowd x limit values of a type: nobody's


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    types: dict[str, TypeRule]
    other: TypeRule  # for types that are not listed, such as those of context.externalIds
    blocked: tuple[str, ...] = ()
    blocked_patterns: tuple[str, ...] = ()
    sharing: Sharing = Sharing()


_NOTHING = (
    *("null", "undefined", "none", "nan", "nil", "true", "false", "n/a", "-1"),
    *("anonymous", "anon", "guest", "unknown", "default", "not_set", "not_authenticated"),
    *("test", "testuser", "user", "userid", "user_id", "id", "email"),
    *("distinct_id", "distinctid", "anonymous_id", "anonymousid"),
    *("[object object]", "(not set)", "<null>"),
)
_NO_MAILBOX = (
    *("test@test.com", "a@a.com", "abc@abc.com", "asdf@asdf.com", "null@null.com"),
    *("test@example.com", "example@example.com", "email@example.com", "user@example.com"),
    *("none@none.com", "no@email.com", "noemail@noemail.com", "noreply@noreply.com"),
)

DEFAULTS = Rules(
    types={
        USER: TypeRule(
            priority=10, limit=1, shared="never", blocked_patterns=(r"(\D)\1{2,}", r"(\d)\1{6,}")
        ),
        "email": TypeRule(priority=20, blocked=tuple(_NO_MAILBOX)),
        "phone": TypeRule(priority=30, blocked_patterns=(r"\+\d{1,3}?(\d)\1{6,}",)),
        "anonymous_id": TypeRule(priority=50, limit=1000, blocked_patterns=(r"(.)\1{3,}",)),
        "device_id": TypeRule(priority=60, limit=50, blocked_patterns=(r"(.)\1{3,}",)),
        "idfa": TypeRule(priority=70, limit=50),
        "gaid": TypeRule(priority=70, limit=50),
        "ga_client_id": TypeRule(priority=75, limit=200),
        "push_token": TypeRule(priority=80, limit=200),
    },
    other=TypeRule(),
    blocked=_NOTHING,
    blocked_patterns=(r"[0-]*", r"\W*", r"\{\{.*\}\}", r"\$\{.*\}", r"%%.*%%"),
)


def parse(given: str | bytes | Mapping[str, Any]) -> Rules:
    """Rules from YAML or JSON text, or from a mapping. What is left out keeps its default.

    Raises `BadRequest` that says which entry cannot be used and what to write instead.
    """
    raw = _load(given) if isinstance(given, str | bytes) else given
    if not isinstance(raw, Mapping):
        raise BadRequest("the rules are not a mapping", hint=_HINT)
    merged = _overlay(msgspec.to_builtins(DEFAULTS), raw)
    try:
        rules = msgspec.convert(merged, Rules)
    except msgspec.ValidationError as error:
        raise BadRequest(f"the rules cannot be used: {error}", hint=_HINT) from None
    _check(rules)
    return rules


def load(stored: str) -> Rules:
    """Rules as `store` wrote them. A field that a later release added has its default."""
    return msgspec.json.decode(stored, type=Rules)


def store(rules: Rules) -> str:
    """The whole rules as JSON, to be kept."""
    return msgspec.json.encode(rules).decode()


def dump(rules: Rules) -> str:
    """The whole rules as YAML, ready to be edited and given to `parse` again."""
    return yaml12.dumped(msgspec.to_builtins(rules))


def _load(text: str | bytes) -> Any:
    try:
        return yaml12.loaded(text if isinstance(text, str) else text.decode()) or {}
    except (Malformed, UnicodeDecodeError) as error:
        raise BadRequest(f"the rules are not YAML or JSON: {error}", hint=_HINT) from None


def _overlay(base: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for name, value in given.items():
        known = merged.get(name)
        if isinstance(known, dict) and isinstance(value, Mapping):
            merged[name] = _overlay(known, value)
        else:
            merged[name] = value
    return merged


def _check(rules: Rules) -> None:
    for name, rule in [*rules.types.items(), ("other", rules.other)]:
        if rule.limit < 1:
            raise BadRequest(
                f"types.{name}.limit is {rule.limit}",
                hint="a limit is 1 or more; block values instead",
            )
        _compile(rule.blocked_patterns, f"types.{name}.blocked_patterns")
    _compile(rules.blocked_patterns, "blocked_patterns")
    for name, rule in [*rules.types.items(), ("other", rules.other)]:
        if name == USER or rule.priority > rules.types[USER].priority:
            continue
        raise BadRequest(
            f"types.{name} is as strong as types.{USER} or stronger",
            hint=f"give {USER} the smallest priority: it is the one type that names a person",
        )
    if not 0.5 < rules.sharing.owner_share <= 1:
        raise BadRequest(
            f"sharing.owner_share is {rules.sharing.owner_share}",
            hint="write a share above 0.5 and up to 1, so that there is at most one owner",
        )
    if rules.sharing.crowd < 1 or rules.sharing.owner_users < 1:
        raise BadRequest("sharing.crowd and sharing.owner_users are 1 or more", hint=_HINT)


def _compile(patterns: tuple[str, ...], where: str) -> list[re.Pattern[str]]:
    compiled = []
    for pattern in patterns:
        try:
            compiled.append(re.compile(pattern, re.IGNORECASE))
        except re.error as error:
            raise BadRequest(
                f"{where}: {pattern!r} is not a pattern: {error}", hint=_HINT
            ) from None
    return compiled


class _Values:
    """Values that one list of a rules file blocks."""

    def __init__(self, exact: tuple[str, ...], patterns: tuple[str, ...]) -> None:
        self._exact = {value.lower() for value in exact}
        compiled = _compile(patterns, "blocked_patterns")
        # Patterns without groups of their own are matched in one go; others may refer back.
        simple = [p.pattern for p in compiled if not p.groups]
        joined = _compile(("|".join(f"(?:{p})" for p in simple),) if simple else (), "")
        self._patterns = [*joined, *(p for p in compiled if p.groups)]

    def hold(self, value: str, lower: str) -> bool:
        return lower in self._exact or any(p.fullmatch(value) for p in self._patterns)


class RuleBook:
    """Rules made ready for use. Never changes its answers."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.sharing = rules.sharing
        self._ranks: dict[str, tuple[int, str]] = {}
        self._all = _Values(rules.blocked, rules.blocked_patterns)
        self._by_type = {
            kind: _Values(rule.blocked, rule.blocked_patterns) for kind, rule in rules.types.items()
        }
        self._other = _Values(rules.other.blocked, rules.other.blocked_patterns)

    def of(self, type: str) -> TypeRule:
        return self.rules.types.get(type, self.rules.other)

    def rank(self, type: str) -> tuple[int, str]:
        """Smaller is stronger; types of one priority follow the alphabet."""
        known = self._ranks.get(type)
        if known is None:
            known = self._ranks[type] = (self.of(type).priority, type)
        return known

    def limit(self, type: str) -> int:
        return self.of(type).limit

    def blocked(self, type: str, value: str) -> bool:
        """True when the value says nothing about who somebody is."""
        lower = value.lower()
        return self._all.hold(value, lower) or self._by_type.get(type, self._other).hold(
            value, lower
        )
