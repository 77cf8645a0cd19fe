"""A closed loop of tracking requests over many connections: wrk, or sockets of our own."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import tempfile
import time
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from bench.harness import percentile

SCRIPT = Path(__file__).with_name("accept.lua")


@dataclass(frozen=True)
class Load:
    batch: int  # events a request
    connections: int
    write_key: str

    @property
    def path(self) -> str:
        return "/v1/track" if self.batch == 1 else "/v1/batch"

    @property
    def authorization(self) -> str:
        return "Basic " + b64encode(f"{self.write_key}:".encode()).decode()

    def pieces(self) -> list[str]:
        """A body is these, joined by a text that is new each time: it makes the messageIds."""
        events = ",".join(_EVENT.replace("NUMBER", str(n)) for n in range(self.batch))
        body = events if self.batch == 1 else f'{{"batch":[{events}]}}'
        return body.split("UNIQUE")


_EVENT = (
    '{"type":"track","event":"Product Viewed","userId":"user-NUMBER","messageId":"UNIQUE-NUMBER",'
    '"timestamp":"2026-11-22T00:00:00.000Z","properties":{"product_id":"sku-NUMBER","price":12.5,'
    '"currency":"INR","category":"Jewellery"},"context":{"library":{"name":"bench","version":"1"},'
    '"locale":"en-IN","page":{"url":"https://shop.example/p/NUMBER","path":"/p/NUMBER"}}}'
)


@dataclass
class Result:
    """`acknowledged` requests were answered 200. Latencies in milliseconds."""

    seconds: float = 0.0
    acknowledged: int = 0
    refused: int = 0
    p50: float = 0.0
    p99: float = 0.0


def drive(load: Load, port: int, seconds: float) -> Result:
    if shutil.which("wrk"):
        return _wrk(load, port, seconds)
    return asyncio.run(_Sockets(load, port, seconds).run())


def _wrk(load: Load, port: int, seconds: float) -> Result:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pieces:
        pieces.write("\x1e".join(load.pieces()))
        pieces.flush()
        command = ["wrk", "-t1", f"-c{load.connections}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", "30s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}{load.path}"]
        done = subprocess.run(
            [*command, "--", pieces.name, load.authorization, str(time.time_ns())],
            capture_output=True,
            text=True,
            check=True,
        )
    return Result(**json.loads(done.stdout.rsplit("RESULT", 1)[1]))


@dataclass
class _Sockets:
    load: Load
    port: int
    seconds: float
    result: Result = field(default_factory=Result)
    latencies: list[float] = field(default_factory=list)
    made: int = 0

    async def run(self) -> Result:
        begun = time.perf_counter()
        await asyncio.gather(*(self._connection(begun) for _ in range(self.load.connections)))
        self.result.seconds = time.perf_counter() - begun
        self.result.p50 = percentile(self.latencies, 0.5)
        self.result.p99 = percentile(self.latencies, 0.99)
        return self.result

    async def _connection(self, begun: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        pieces, run = self.load.pieces(), time.time_ns()
        head = (
            f"POST {self.load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: {self.load.authorization}\r\nContent-Length: %d\r\n\r\n"
        )
        while time.perf_counter() - begun < self.seconds:
            self.made += 1
            body = f"{run}-{self.made}".join(pieces).encode()
            sent = time.perf_counter()
            writer.write((head % len(body)).encode() + body)
            answer = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line[15:])
                for line in answer.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            await reader.readexactly(length)
            self.latencies.append((time.perf_counter() - sent) * 1000)
            if answer.startswith(b"HTTP/1.1 200"):
                self.result.acknowledged += 1
            else:
                self.result.refused += 1
        writer.close()
