"""Sarah and Neha: the two customers whose stories the whole of Rapport is measured by."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from rapport.clock import DAY, HOUR, MINUTE
from rapport.demo.catalogue import CURRENCY, Product
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, FF, LAPTOP, MOBILE, Device, Person
from rapport.demo.rhythm import INDIA
from rapport.demo.shopping import Shop, check_out, completed, put_in_cart
from rapport.demo.sources import BB_APP, BB_MAIL, FF_ADS, FF_APP, FF_CRM, FF_DESK, FF_GYM, FF_MAIL


def _browser(id: str, kind: tuple[str, str, str]) -> Device:
    return Device(f"{id}-0000-4000-a000-000000000000", (kind[1], kind[2]), kind[0])


def _phone(id: str) -> Device:
    id_, model = f"{id}-0000-4000-a000-000000000001", ("Samsung", "SM-A556E")
    return Device(id_, ("Android", "15"), id=f"{id}d0d0cafe", model=model)


SARAH = Person(
    number=1042, first="Sarah", last="Kapoor", gender="female", age=30,
    city="Mumbai", state="Maharashtra", email="sarah@inbox.example", phone="+911400001042",
    brands=(FF,), since=0.85, stays=270,
    browsers=(_browser("5a4a0001", LAPTOP), _browser("5a4a0002", MOBILE)),
    app=_phone("5a4a0003"), taste="", thrift=0.1, eager=0.8, letters=True, account=0,
)  # fmt: skip
NEHA = Person(
    number=2071, first="Neha", last="Rao", gender="female", age=20,
    city="Bangalore", state="Karnataka", email="neha@mail.example", phone="+911400002071",
    brands=(BB,), since=0.6, stays=365,
    browsers=(_browser("2e4a0001", MOBILE),),
    app=_phone("2e4a0002"), taste="jewellery", thrift=0.95, eager=1.2, letters=True, account=0,
)  # fmt: skip

_REFUND = (
    "Hello, the exercise bike arrived damaged and I have already waited two weeks for an answer."
    " I would like my money back. Please no calls, write to me by e-mail only. Sarah"
)


def _traits(who: Person, **more: Any) -> dict[str, Any]:
    told = {"email": who.email, "first_name": who.first, "last_name": who.last, "age": who.age}
    return {**told, "city": who.city, "gender": who.gender, **more}


def _on(now: int, days: float, hour: float) -> int:
    """An hour of the day in India, some days before now."""
    day = int(now - days * DAY + INDIA) // DAY
    return day * DAY - INDIA + int(hour * HOUR)


def sarah(now: int, gym: Shop) -> Iterator[Delivery]:
    """A member who asks for a refund in writing, is called all the same, and stays away."""
    rng, bike = Random("sarah"), gym.catalogue.named("Exercise bike")
    pen = gym.pen(rng, _on(now, 310, 20.5), SARAH.browsers[0], None)
    pen.page("Home", "/", FF)
    pen.page("Classes", "/classes", "Classes in Mumbai")
    pen.user_id = SARAH.user_id
    pen.track("Signed Up", method="email")
    pen.identify(**_traits(SARAH, phone=SARAH.phone, newsletter=True))
    yield pen.deliver()
    crm = Pen(rng, FF_CRM, _on(now, 308, 11), who=SARAH)
    crm.identify(**_traits(SARAH, phone=SARAH.phone), plan="Yearly", home_gym="Mumbai Lakeside")
    crm.track("Membership Started", plan="Yearly", price=14999, currency=CURRENCY)
    yield crm.deliver(5)
    app = Pen(rng, FF_APP, _on(now, 307, 21), who=SARAH, on=SARAH.app)
    app.track("Application Installed")
    app.identify(email=SARAH.email)
    yield app.deliver()
    for week in range(43, 9, -1):
        yield from _trains(rng, now, week * 7.0)
    order_at = _on(now, 62, 21)
    pen = gym.pen(rng, order_at, SARAH.browsers[0], SARAH)
    put_in_cart(pen, [bike])
    order = check_out(pen, gym, [bike])
    yield pen.deliver()
    if order:
        yield completed(rng, gym, SARAH, order, pen.at)
        yield from _falls_out(now, order)


def _trains(rng: Random, now: int, days: float) -> Iterator[Delivery]:
    for offset, hour in ((0, 7.2), (2, 19.1)):
        gate = Pen(rng, FF_GYM, _on(now, days - offset, hour), who=SARAH)
        gate.track("Gym Checked In", gym="Mumbai Lakeside")
        yield gate.deliver(0.4)
    app = Pen(rng, FF_APP, _on(now, days, 21.5), who=SARAH, on=SARAH.app)
    app.track("Application Opened", from_background=True)
    app.track("Class Booked", class_name="Yoga", gym="Mumbai Lakeside")
    yield app.deliver()


def _falls_out(now: int, order: dict[str, Any]) -> Iterator[Delivery]:
    rng = Random("sarah/refund")
    desk = Pen(rng, FF_DESK, _on(now, 41, 10.2), who=SARAH)
    mail = {"ticket_id": "T-07710", "channel": "email", "subject": "Refund for my order"}
    desk.track("Email Received", **mail, text=_REFUND, order_id=order["order_id"])
    desk.track("Ticket Created", **mail, order_id=order["order_id"])
    desk.identify(contact_preference="email only")
    yield desk.deliver(2)
    desk = Pen(rng, FF_DESK, _on(now, 39, 15.5), who=SARAH)
    desk.track("Call Placed", ticket_id="T-07710", agent="agent-14", duration_seconds=48)
    desk.track("Ticket Updated", ticket_id="T-07710", note="Customer upset about being phoned")
    yield desk.deliver(2)
    till = Pen(rng, FF_GYM, _on(now, 33, 12), who=SARAH)
    shown = ("order_id", "total", "currency", "products")
    till.track("Order Refunded", **{key: order[key] for key in shown})
    yield till.deliver()
    letter = Pen(rng, FF_MAIL, _on(now, 24, 10), who=SARAH)
    letter.track(
        "Email Sent", campaign="We miss you", subject="10% on your next order", email=SARAH.email
    )
    yield letter.deliver(1)
    for days in (21, 17, 14, 10, 6, 3, 1):
        ad = Pen(rng, FF_ADS, _on(now, days, 20 + days % 3), who=SARAH)
        ad.track("Ad Impression", campaign="Retargeting: exercise bikes", network="social")
        yield ad.deliver(60)


def neha(now: int, bazaar: Shop) -> Iterator[Delivery]:
    """First a kitchen knife; ever since, low-priced jewellery, by phone, with a discount."""
    rng, knife = Random("neha"), bazaar.catalogue.named("Chef's knife")
    first = _on(now, 215, 21.2)
    pen = bazaar.pen(rng, first, NEHA.browsers[0], None)
    pen.page("Home", "/", BB)
    pen.track("Product Viewed", **knife.line(), currency=CURRENCY)
    pen.user_id = NEHA.user_id
    pen.track("Signed Up", method="email")
    pen.identify(**_traits(NEHA, phone=NEHA.phone, newsletter=True))
    put_in_cart(pen, [knife])
    order = check_out(pen, bazaar, [knife])
    yield pen.deliver()
    if order:
        yield completed(rng, bazaar, NEHA, order, pen.at)
    app = Pen(rng, BB_APP, first + 3 * DAY, who=NEHA, on=NEHA.app)
    app.track("Application Installed")
    app.identify(email=NEHA.email)
    yield app.deliver()
    jewels = sorted(bazaar.catalogue.bazaar["jewellery"], key=lambda product: product.price)
    for week in range(29, -1, -1):
        yield from _hunts(rng, now, week, bazaar, jewels[:8])
    for days in range(200, 5, -28):
        letter = Pen(rng, BB_MAIL, _on(now, days, 10), who=NEHA)
        letter.track(
            "Email Sent", campaign="Kitchen tools for you", subject="Sharp offers", email=NEHA.email
        )
        yield letter.deliver(1)


def _hunts(
    rng: Random, now: int, week: int, bazaar: Shop, jewels: list[Product]
) -> Iterator[Delivery]:
    """One week of Neha's: a push at most, a look in the evening, mostly a small order."""
    at = _on(now, week * 7 + rng.uniform(0.5, 4.5), rng.uniform(20.5, 22.8))
    pen = bazaar.pen(rng, at, NEHA.app or NEHA.browsers[0], NEHA)
    if week % 3 == 0:
        pen.track("Push Notification Opened", campaign="Price drop")
    pen.track("Application Opened", from_background=True)
    pen.track("Products Searched", query=rng.choice(("earrings under 299", "jhumka", "sale")))
    seen = rng.sample(jewels, 4)
    for product in seen:
        pen.track("Product Viewed", **product.line(), currency=CURRENCY)
        pen.wait(10, 60)
    if week % 6 == 5:
        yield pen.deliver()
        return
    chosen = sorted(seen, key=lambda product: product.price)[: rng.choice((1, 1, 2))]
    put_in_cart(pen, chosen)
    order = check_out(pen, bazaar, chosen, thrift=NEHA.thrift)
    yield pen.deliver()
    if order:
        yield completed(rng, bazaar, NEHA, order, pen.at + MINUTE // 20)
