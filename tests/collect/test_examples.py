"""The examples in the docstrings of this room are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import rapport.collect

MODULES = [name for _, name, _ in pkgutil.iter_modules(rapport.collect.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"rapport.collect.{name}")
    assert doctest.testmod(module).failed == 0
