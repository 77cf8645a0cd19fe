from __future__ import annotations

from pathlib import Path

import pytest

from rapport.server.web.static import Console


@pytest.fixture
def console(tmp_path: Path) -> Console:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<html>")
    (tmp_path / "assets" / "app-1a2b.js").write_text("plain")
    (tmp_path / "assets" / "app-1a2b.js.br").write_bytes(b"brotli")
    (tmp_path / "assets" / "app-1a2b.js.gz").write_bytes(b"gzip")
    (tmp_path.parent / "secret.txt").write_text("secret")
    return Console(tmp_path)


def test_hashed_files_are_kept_for_ever_in_the_best_encoding(console: Console) -> None:
    for accepts, body, encoding in (
        ("gzip, br", b"brotli", "br"),
        ("gzip", b"gzip", "gzip"),
        ("", b"plain", None),
    ):
        reply = console.reply("GET", "/assets/app-1a2b.js", accepts)
        headers = dict(reply.headers)
        assert (reply.status, reply.body) == (200, body)
        assert headers.get("content-encoding") == encoding
        assert "immutable" in headers["cache-control"]
        assert headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize("path", ["/", "/profiles", "/profiles/email:a@b.example", "/index.html"])
def test_pages_get_the_index_fresh(console: Console, path: str) -> None:
    reply = console.reply("GET", path, "br")
    assert (reply.status, reply.body) == (200, b"<html>")
    assert dict(reply.headers)["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/secret.txt", "/assets/../../secret.txt", "/assets/app-1a2b.js.br", "/x.png"]
)
def test_nothing_else_is_reached(console: Console, path: str) -> None:
    assert console.reply("GET", path, "").status == 404


def test_leaving_the_folder_leads_to_the_index(console: Console) -> None:
    assert console.reply("GET", "/../secret.txt", "").body == b"<html>"


def test_without_a_bundle_a_page_says_so(tmp_path: Path) -> None:
    reply = Console(tmp_path / "none").reply("GET", "/", "")
    assert b"console was not built" in reply.body
