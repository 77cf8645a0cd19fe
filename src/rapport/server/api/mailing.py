"""Dashboards that are sent by e-mail: when, to whom, and what became of it."""

from __future__ import annotations

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody

from rapport.clock import MINUTE
from rapport.errors import Conflict, NotFound
from rapport.server.api.context import Asked, Context, Provided, principal_of
from rapport.server.api.shapes import Done, iso
from rapport.server.mailing.schedule import Schedule, checked
from rapport.server.mailing.store import Mailing


class DeliveryView(msgspec.Struct):
    """`due`: of which letter; `detail`: what the mail server said."""

    address: str
    status: str
    due: str | None
    at: str | None
    detail: str


class ScheduleView(msgspec.Struct):
    """`schedule` is null when the dashboard is not sent. `problem`: why no letter can be sent, or
    why the last attempt failed; then it is tried again at `try_at`."""

    schedule: Schedule | None
    by: str | None
    next_at: str | None
    try_at: str | None
    attempts: int
    problem: str
    deliveries: list[DeliveryView]


@get("/api/v1/dashboards/{key:str}/schedule")
async def show_schedule(key: FromPath[str], context: Provided) -> ScheduleView:
    """When a dashboard is sent, to whom, and the latest deliveries."""
    return await context.rooms.working(lambda: _view(context, key))


@put("/api/v1/dashboards/{key:str}/schedule")
async def put_schedule(
    request: Asked, key: FromPath[str], data: JSONBody[Schedule], context: Provided
) -> ScheduleView:
    """Send a dashboard by this schedule from now on."""
    by = principal_of(request).name

    def work() -> ScheduleView:
        context.rooms.saved.get("dashboard", key)
        if problem := context.mailer.problem():
            raise Conflict(
                f"no letter can be sent: {problem}",
                hint="set RAPPORT_SMTP_URL and RAPPORT_SMTP_FROM; see docs/configuration.md",
                code="no_mail",
            )
        context.rooms.mailing.put(key, checked(data), by=by)
        return _view(context, key)

    return await context.rooms.working(work)


@post("/api/v1/dashboards/{key:str}/schedule/send", status_code=200)
async def send_now(key: FromPath[str], context: Provided) -> ScheduleView:
    """The next letter is due now; the schedule goes on behind it. Once a minute."""

    def work() -> ScheduleView:
        _known(context, key)
        latest = context.rooms.mailing.deliveries(key, most=1)
        if latest and latest[0].at > context.rooms.clock.now() - MINUTE:
            raise Conflict("it was sent within the last minute", code="mailed_just_now")
        context.rooms.mailing.at_once(key)
        return _view(context, key)

    return await context.rooms.working(work)


@delete("/api/v1/dashboards/{key:str}/schedule", status_code=200, opt={"scope": "write"})
async def remove_schedule(key: FromPath[str], context: Provided) -> Done:
    """It is not sent any more."""

    def work() -> Done:
        _known(context, key)
        context.rooms.mailing.remove(key)
        return Done()

    return await context.rooms.working(work)


def _known(context: Context, key: str) -> Mailing:
    found = context.rooms.mailing.get(key)
    if found is None:
        raise NotFound(f"the dashboard {key!r} is not sent by e-mail")
    return found


def _view(context: Context, key: str) -> ScheduleView:
    context.rooms.saved.get("dashboard", key)
    found = context.rooms.mailing.get(key)
    deliveries = [
        DeliveryView(each.address, each.status, iso(each.due), iso(each.at), each.detail)
        for each in context.rooms.mailing.deliveries(key)
    ]
    problem = context.mailer.problem()
    if found is None:
        return ScheduleView(None, None, None, None, 0, problem, deliveries)
    return ScheduleView(
        found.schedule,
        found.author,
        iso(found.due),
        iso(found.try_at) if found.attempts else None,
        found.attempts,
        found.problem or problem,
        deliveries,
    )


ROUTES = [show_schedule, put_schedule, send_now, remove_schedule]
