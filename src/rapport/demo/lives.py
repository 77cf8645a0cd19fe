"""A year in the life of one customer: a stranger first, then known, then perhaps gone."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from rapport.clock import DAY, HOUR, to_iso
from rapport.demo.catalogue import CLASSES, CURRENCY, PLANS
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, FF, Device, Person, uuid
from rapport.demo.rhythm import moments
from rapport.demo.shopping import Shop, look_around, visit
from rapport.demo.sources import FF_APP, FF_CRM, FF_GYM

YEAR = 365 * DAY
_INDUSTRIES = ("Software", "Textiles", "Logistics", "Banking", "Media", "Healthcare")


def account_of(number: int) -> tuple[str, str]:
    """Id and name of an employer that pays for the gym."""
    words = ("Neempath", "Lotuswell", "Banyora", "Indigrove", "Monsoonry", "Saffrona")
    kinds = ("Systems", "Works", "Mills")
    return f"corp-{number:02d}", f"{words[number % 6]} {kinds[number // 6 % 3]}"


def traits_of(who: Person, brand: str) -> dict[str, object]:
    """What a customer tells a brand when signing up."""
    told: dict[str, object] = {
        "email": who.email,
        "first_name": who.first,
        "last_name": who.last,
        "city": who.city,
        "newsletter": who.letters,
    }
    if brand == FF or who.number % 3 == 0:
        told |= {"phone": who.phone, "age": who.age, "gender": who.gender}
    return told


def sign_up(rng: Random, shop: Shop, who: Person, at: int, device: Device) -> Delivery:
    """Anonymous until here; the browser's id and the new user id come together in one event."""
    pen = shop.pen(rng, at, device, None)
    look_around(pen, shop, who.taste)
    pen.user_id = who.user_id
    pen.track("Signed Up", method=rng.choices(("email", "phone", "google"), (60, 25, 15))[0])
    pen.identify(**traits_of(who, shop.brand))
    return pen.deliver()


def life(seed: int, who: Person, shops: dict[str, Shop], now: int) -> Iterator[Delivery]:
    """Everything one customer does until `now`, brand by brand."""
    for brand in who.brands:
        rng = Random(f"{seed}/life/{who.number}/{brand}")
        start = now - int(who.since * YEAR)
        yield from _customer(rng, shops[brand], who, start, now)
        if brand == FF and rng.random() < 0.7:
            yield from _member(rng, who, start, now)


def _customer(rng: Random, shop: Shop, who: Person, start: int, now: int) -> Iterator[Delivery]:
    """Some visits as a stranger, a sign-up, then visits on all devices until interest ends."""
    end = min(now, start + int(who.stays * DAY))
    first = who.browsers[0]
    joined = start + rng.randint(0, 12) * DAY + rng.randint(8, 20) * HOUR
    for at in moments(rng, start, min(joined, now), 1.2):
        pen = shop.pen(rng, at, first, None)
        look_around(pen, shop, who.taste)
        yield pen.deliver()
    if joined >= now:
        return
    yield sign_up(rng, shop, who, joined, first)
    devices = [*who.browsers, *((who.app, who.app) if who.app else ())]
    met = {first}
    for at in moments(rng, joined + HOUR, end, who.eager * (1.0 if shop.brand == BB else 0.5)):
        device = rng.choice(devices)
        if device not in met and rng.random() < 0.6:
            met.add(device)
            pen = shop.pen(rng, at - 120_000_000, device, who)
            pen.identify(email=who.email)
            yield pen.deliver()
        yield from visit(rng, shop, at, device, who, signed_in=device in met)


def _member(rng: Random, who: Person, start: int, now: int) -> Iterator[Delivery]:
    """A membership, paid alone or by an employer; check-ins at the gate, classes by app."""
    joined = start + rng.randint(13, 30) * DAY + 10 * HOUR
    if joined >= now:
        return
    plan, price, days = rng.choices(PLANS, (50, 30, 20))[0]
    gym = f"{who.city} {rng.choice(('Central', 'North', 'Lakeside'))}"
    crm = Pen(rng, FF_CRM, joined, who=who)
    crm.identify(**traits_of(who, FF), plan=plan, home_gym=gym, member_since=to_iso(joined)[:10])
    if who.account:
        id, name = account_of(who.account)
        industry = _INDUSTRIES[who.account % len(_INDUSTRIES)]
        crm.group(id, name=name, industry=industry, plan="Corporate", seats=40 + who.account * 5)
    crm.track("Membership Started", plan=plan, price=price, currency=CURRENCY, gym=gym)
    yield crm.deliver(5)
    stays = min(now, joined + int(max(days, who.stays) * DAY))
    for at in range(joined + days * DAY, stays, days * DAY):
        crm = Pen(rng, FF_CRM, at, who=who)
        crm.track("Membership Renewed", plan=plan, price=price, currency=CURRENCY, gym=gym)
        yield crm.deliver(5)
    for at in moments(rng, joined, stays, 0.4 + who.eager * 2.2, "gym"):
        yield from _train(rng, who, gym, at)
    if stays < now:
        crm = Pen(rng, FF_CRM, stays, who=who)
        reason = rng.choice(("moved", "price", "no time", "injury", "unhappy with service"))
        crm.track("Membership Cancelled", plan=plan, reason=reason)
        yield crm.deliver(5)


def _train(rng: Random, who: Person, gym: str, at: int) -> Iterator[Delivery]:
    taken = rng.choice(CLASSES) if rng.random() < 0.3 else None
    if taken and who.app:
        app = Pen(rng, FF_APP, at - rng.randint(3, 40) * HOUR, who=who, on=who.app)
        app.track("Application Opened", from_background=False)
        app.track("Class Booked", class_name=taken, gym=gym)
        yield app.deliver()
    # A fifth of all members use the terminal in the hall instead of the gate.
    if who.number % 5 == 0 and rng.random() < 0.5:
        yield at_kiosk(rng, who, gym, at)
    gate = Pen(rng, FF_GYM, at, who=who)
    gate.track("Gym Checked In", gym=gym)
    if taken:
        gate.at += 55 * 60 * 1_000_000
        gate.track("Class Attended", class_name=taken, gym=gym)
    yield gate.deliver(0.4)


def at_kiosk(rng: Random, who: Person, gym: str, at: int) -> Delivery:
    """The terminal of a gym: one browser, many people."""
    terminal = Device(uuid(Random(f"kiosk/{gym}")), ("Linux", "6"), "Kiosk/2.1")
    pen = Pen(rng, "fitness-forever-web", at - 90_000_000, who=who, on=terminal)
    pen.page("Kiosk", "/kiosk", f"Welcome to {gym}")
    pen.track("Class Schedule Viewed", gym=gym)
    return pen.deliver()
