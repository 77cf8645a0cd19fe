"""`rapport models`: what models say of customers, and how well they do."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import click

from rapport.cli.access import Api, api_for
from rapport.cli.options import existing, reading
from rapport.cli.output import print_fields, print_json, print_table
from rapport.errors import Unavailable

_RUN_SECONDS = 3_600.0


@click.group("models", epilog="Example: rapport models run churn")
def models_command() -> None:
    """Show and run models of customer value; forecast revenue."""


@models_command.command("list", epilog="Example: rapport models list")
@reading
def list_command(data: str | None, as_json: bool) -> None:
    """List all models with their state and their next run."""
    with api_for(existing(data)) as api:
        items = api.get("/models")["items"]
    if as_json:
        print_json(items)
        return
    rows = [
        (one["name"], one["seed_segment"], one["state"], one["last_run_at"], one["next_run_at"])
        for one in items
    ]
    print_table(("model", "seed", "state", "last run", "next run"), rows)


@models_command.command("show", epilog="Example: rapport models show churn")
@click.argument("name")
@click.option("--seed", default="", help="Segment, for models that find the like of its members.")
@reading
def show_command(name: str, seed: str, data: str | None, as_json: bool) -> None:
    """Show one model: its traits, and the card of its latest run."""
    with api_for(existing(data)) as api:
        one = api.get(_path(name), seed_segment=seed)
    if as_json:
        print_json(one)
    else:
        _show(one)


@models_command.command("run", epilog="Example: rapport models run lookalikes --seed vip")
@click.argument("name")
@click.option("--seed", default="", help="Segment, for models that find the like of its members.")
@reading
def run_command(name: str, seed: str, data: str | None, as_json: bool) -> None:
    """Run a model now, wait for it, and show its card."""
    with api_for(existing(data)) as api:
        before = api.get(_path(name), seed_segment=seed)["last_run_at"]
        api.post(f"{_path(name)}/run", {"seed_segment": seed})
        one = _finished(api, name, seed, before)
    if as_json:
        print_json(one)
    else:
        _show(one)


@models_command.command("forecast", epilog="Example: rapport models forecast --days 14")
@click.option("--days", default=30, help="How many, from today on.")
@reading
def forecast_command(days: int, data: str | None, as_json: bool) -> None:
    """Forecast revenue by day. The interval holds eight times of ten."""
    with api_for(existing(data)) as api:
        told = api.get("/value/forecast", days=days)
    if as_json:
        print_json(told)
        return
    rows = [(one["day"], one["revenue"], one["low"], one["high"]) for one in told["days"]]
    print_table(("day", "revenue", "low", "high"), rows, right={"revenue", "low", "high"})
    total = (told["total"], told["total_low"], told["total_high"])
    click.echo("in all {:,.2f}, between {:,.2f} and {:,.2f}".format(*total))


def _path(name: str) -> str:
    return f"/models/{quote(name, safe='')}"


def _finished(api: Api, name: str, seed: str, before: str | None) -> dict[str, Any]:
    end = time.monotonic() + _RUN_SECONDS
    while time.monotonic() < end:
        one: dict[str, Any] = api.get(_path(name), seed_segment=seed)
        if one["state"] not in ("queued", "running") and one["last_run_at"] != before:
            return one
        time.sleep(0.2)
    raise Unavailable(f"{name} still runs", hint=f"rapport models show {name}")


def _show(one: dict[str, Any]) -> None:
    card = one["card"] or {}
    told = {"model": one["name"], "state": one["state"], "reason": one["reason"]}
    told |= {"last run": one["last_run_at"], "next run": one["next_run_at"]}
    if card:
        told |= {"people": card["people"], "events": card["events"], "version": card["version"]}
        told |= {"seconds": card["seconds"]}
    print_fields({name: value for name, value in told.items() if value not in (None, "")})
    rows = [(t["key"], t["kind"], ", ".join(t["computed"]), t["meaning"]) for t in one["traits"]]
    print_table(("trait", "kind", "computed trait", "meaning"), rows, gap=True)
    if card:
        _show_card(card)


def _show_card(card: dict[str, Any]) -> None:
    for title in ("metrics", "parameters"):
        if card[title]:
            rows = [(name, round(value, 4)) for name, value in card[title].items()]
            print_table((title[:-1], ""), rows, right={""}, gap=True)
    numbers = ("people", "predicted", "observed")
    told = [tuple(row[name] for name in numbers) for row in card["calibration"]]
    if told:
        print_table(numbers, told, right=set(numbers), gap=True)
    moved = [(row["feature"], round(row["psi"], 3), row["verdict"]) for row in card["drift"]]
    if moved:
        print_table(("feature", "drift", "verdict"), moved, right={"drift"}, gap=True)
    for each in card["notes"]:
        click.echo(each["text"])
