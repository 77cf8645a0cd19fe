"""Files of definitions: YAML whose plain words mean what they do in JSON and to editors."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from rapport.errors import Malformed

# As in YAML 1.2: `NO` is a country, `on` and 2026-01-01 are texts, and so is 007.
_PLAIN: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?(0|[1-9][0-9]*)", [*"-+0123456789"]),
    ("float", r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", [*"-+.0123456789"]),
    ("merge", r"<<", ["<"]),
)


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's way, none of those of YAML 1.1


class _Dumper(yaml.SafeDumper):
    """Puts into quotes what either YAML would take for something else than text."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if _BREAKS.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_BREAKS: Final = re.compile("[\x85\u2028\u2029]")  # PyYAML folds them as if they were newlines
_Dumper.add_representer(str, _text)

for _kind in (_Loader, _Dumper):
    for _name, _pattern, _first in _PLAIN:
        _kind.add_implicit_resolver(
            f"tag:yaml.org,2002:{_name}", re.compile(f"^(?:{_pattern})$"), _first
        )


def loaded(text: str) -> Any:
    """What the text says, as JSON would have it. Raises `Malformed`, which names the line."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a kind of SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark is not None else ""
        raise Malformed(f"this is not YAML{line}", hint="see docs/files.md") from None


def dumped(document: Any) -> str:
    """A text from which `loaded` makes an equal document. Keys stay in their order."""
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True))
