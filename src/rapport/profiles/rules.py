"""Which of several values of a trait survives: the rules, and how they are written down.

    default: {by: most_recent}
    traits:
      email: {by: source_priority, sources: [crm, shop]}
      city:
        by: trust
        trust: {crm: {max: 90, min: 40, days: 365}, "*": {max: 60, min: 10, days: 90}}
      plan:  {by: most_frequent, then: [oldest]}

Rules are asked when a profile is read, so a changed rule changes no stored data.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from rapport import yaml12
from rapport.clock import DAY
from rapport.errors import ConfigError, Malformed

Strategy = Literal[
    "most_recent",
    "oldest",
    "most_frequent",
    "source_priority",
    "min",
    "max",
    "longest",
    "trust",
]
ANY_SOURCE = "*"


class Trust(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a source is believed (0-100): `max` when fresh, `min` after `days`.

    `curve` is the way down: `linear`; `late` falls slowly first; `early` falls quickly first.
    The idea is that of Informatica MDM's trust with decay.
    """

    max: float
    min: float = 0.0
    days: float = 365.0
    curve: Literal["linear", "late", "early"] = "linear"

    def score(self, age: int) -> float:
        """Trust in a value last said `age` µs ago."""
        part = min(1.0, max(0.0, age / DAY / self.days))
        lost = {"linear": part, "late": part * part, "early": part * (2.0 - part)}[self.curve]
        return self.max - (self.max - self.min) * lost


_NO_TRUST = Trust(max=0.0)


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How one trait is decided: `by`, then `then` in order, then the most recent."""

    by: Strategy = "most_recent"
    then: tuple[Strategy, ...] = ()
    sources: tuple[str, ...] = ()  # slugs, best first; others come behind these, all equal
    trust: Mapping[str, Trust] = msgspec.field(
        default_factory=dict
    )  # by slug; "*" stands for all others

    def rank(self, source: str) -> int:
        return self.sources.index(source) if source in self.sources else len(self.sources)

    def believes(self, source: str, age: int) -> float:
        return (self.trust.get(source) or self.trust.get(ANY_SOURCE) or _NO_TRUST).score(age)


class SurvivorshipRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int = 1
    default: Rule = msgspec.field(default_factory=Rule)
    traits: Mapping[str, Rule] = msgspec.field(default_factory=dict)
    skip_empty: bool = False  # an empty text is then no value, and cannot replace one

    def of(self, trait: str) -> Rule:
        return self.traits.get(trait, self.default)


def parse(text: str) -> SurvivorshipRules:
    """Read rules from YAML or JSON. Raises `ConfigError` that names what is wrong."""
    try:
        rules = msgspec.convert(yaml12.loaded(text) or {}, SurvivorshipRules)
    except (Malformed, msgspec.ValidationError) as error:
        raise ConfigError(f"survivorship rules: {error}", hint="see docs/profiles.md") from None
    for name, rule in {"default": rules.default, **rules.traits}.items():
        _check(name, rule)
    return rules


def dump(rules: SurvivorshipRules) -> str:
    """The same rules as YAML; `parse` gives them back."""
    return yaml12.dumped(msgspec.to_builtins(rules))


def _check(name: str, rule: Rule) -> None:
    steps = (rule.by, *rule.then)
    lacking = None
    if "source_priority" in steps and not rule.sources:
        lacking = "source_priority needs `sources`, best first"
    if "trust" in steps and not rule.trust:
        lacking = "trust needs `trust`, a number per source"
    if any(trust.days <= 0 or trust.min > trust.max for trust in rule.trust.values()):
        lacking = "trust needs days > 0 and min <= max"
    if lacking:
        raise ConfigError(f"survivorship rule of {name}: {lacking}", hint="see docs/profiles.md")
