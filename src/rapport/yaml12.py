"""YAML as editors mean it (1.2), for every file that people write: definitions, rules, mappings."""

from __future__ import annotations

import re
from typing import Any, Final

import yaml

from rapport.errors import Malformed

# As in YAML 1.2: `NO` is a country, `on` and 2026-01-01 are texts; so are 007 and +919812345678.
_PLAIN: Final = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"-?(0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?", [*"-.0123456789"]),
    ("merge", r"<<", ["<"]),
)


_MERGE: Final = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's way, none of those of YAML 1.1

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """PyYAML lets the last of equal keys win, and what was written before is lost."""
        seen = set()
        for key, _ in node.value:
            if key.tag != _MERGE and key.value in seen and isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} stands there twice",
                    problem_mark=key.start_mark)  # fmt: skip
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
        return super().construct_mapping(node, deep)


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


def loaded(text: str, *, hint: str = "") -> Any:
    """What the text, YAML or JSON, says. Raises `Malformed`, which names line and problem."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a kind of SafeLoader
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" in line {mark.line + 1}" if mark is not None else ""
        why = getattr(error, "problem", None) or getattr(error, "reason", None)
        told = f": {why}" if why else ""
        raise Malformed(f"this is not YAML{line}{told}", hint=hint) from None


def dumped(document: Any) -> str:
    """A text from which `loaded` makes an equal document. Keys stay in their order."""
    return str(yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True))
