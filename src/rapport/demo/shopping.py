"""One visit to a shop, from the first look to the order, and what follows an order."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from rapport.clock import DAY, HOUR
from rapport.demo.catalogue import CURRENCY, Catalogue, Product
from rapport.demo.pen import Delivery, Pen
from rapport.demo.people import BB, Device, Person
from rapport.demo.sources import BB_APP, BB_DESK, BB_SHOP, BB_WEB, FF_APP, FF_DESK, FF_GYM, FF_WEB

_SEARCHES = ("earrings", "kurta", "sale", "under 299", "saree", "gift", "sneakers", "tote bag")
_GYM_SEARCHES = ("yoga mat", "protein", "dumbbells", "running shoes", "classes near me")
_COUPONS = ("FESTIVE20", "WELCOME10", "FLAT100", "WEEKEND15")


class Shop:
    """What a visit needs to know of the brand it goes to."""

    def __init__(self, brand: str, catalogue: Catalogue) -> None:
        self.brand = brand
        self.catalogue = catalogue
        bazaar = brand == BB
        self.web, self.app = (BB_WEB, BB_APP) if bazaar else (FF_WEB, FF_APP)
        self.till, self.desk = (BB_SHOP, BB_DESK) if bazaar else (FF_GYM, FF_DESK)
        self.searches = _SEARCHES if bazaar else _GYM_SEARCHES
        self._bazaar = bazaar

    def pick(self, rng: Random, taste: str) -> Product:
        return self.catalogue.browse(rng, taste) if self._bazaar else self.catalogue.train(rng)

    def pen(self, rng: Random, at: int, device: Device, who: Person | None) -> Pen:
        return Pen(rng, self.app if device.id else self.web, at, who=who, on=device)


def look_around(pen: Pen, shop: Shop, taste: str) -> list[Product]:
    """Pages or screens, perhaps a search, some products. Returns what was looked at."""
    rng, on_phone = pen.rng, bool(pen.on and pen.on.id)
    if on_phone:
        pen.track("Application Opened", from_background=rng.random() < 0.5)
        pen.screen("Home")
    else:
        pen.page("Home", "/", shop.brand)
    pen.wait(4, 40)
    if rng.random() < 0.3:
        pen.track("Products Searched", query=rng.choice(shop.searches))
        pen.wait(3, 20)
    seen = [shop.pick(rng, taste) for _ in range(min(6, 1 + int(rng.expovariate(0.7))))]
    for product in seen:
        if not on_phone and rng.random() < 0.4:
            pen.page("Product", f"/p/{product.id}", product.name)
        pen.track("Product Viewed", **product.line(), currency=CURRENCY)
        pen.wait(8, 90)
    return seen


def put_in_cart(pen: Pen, products: list[Product]) -> None:
    for product in products:
        pen.track("Product Added", **product.line(), currency=CURRENCY)
        pen.wait(5, 40)


def check_out(
    pen: Pen, shop: Shop, products: list[Product], *, thrift: float = 0.0, pays: bool = True
) -> dict[str, Any] | None:
    """Start the checkout; the order if it is paid, to be told by the shop's server."""
    rng = pen.rng
    value = sum(product.price for product in products)
    coupon = rng.choice(_COUPONS) if rng.random() < thrift else None
    order_id = f"{'BB' if shop.brand == BB else 'FF'}-{rng.getrandbits(40):010X}"
    items = [product.line() for product in products]
    pen.track("Checkout Started", order_id=order_id, value=value, currency=CURRENCY, products=items)
    pen.wait(20, 150)
    if coupon:
        pen.track("Coupon Applied", order_id=order_id, coupon_id=coupon)
        pen.wait(5, 30)
    if not pays:
        return None
    discount = value * (20 if coupon == "FESTIVE20" else 12) // 100 if coupon else 0
    shipping = 0 if value > 999 else 49
    order: dict[str, Any] = {
        "order_id": order_id,
        "revenue": value - discount,
        "shipping": shipping,
        "discount": discount,
        "total": value - discount + shipping,
        "currency": CURRENCY,
        "payment_method": rng.choices(("upi", "card", "cash_on_delivery"), (60, 25, 15))[0],
        "products": items,
    }
    return {**order, "coupon": coupon} if coupon else order


def completed(rng: Random, shop: Shop, who: Person, order: dict[str, Any], at: int) -> Delivery:
    """The server of the shop tells of a paid order."""
    pen = Pen(rng, shop.till, at, who=who)
    pen.track("Order Completed", **order)
    return pen.deliver(0.4)


def refunded(
    rng: Random, shop: Shop, who: Person, order: dict[str, Any], at: int
) -> Iterator[Delivery]:
    """Days later: a ticket, and the money goes back."""
    asked = at + rng.randint(2, 9) * DAY + rng.randint(4, 14) * HOUR
    desk = Pen(rng, shop.desk, asked, who=who)
    ticket = f"T-{rng.randrange(100_000):05d}"
    desk.track(
        "Ticket Created",
        ticket_id=ticket,
        subject="Return",
        channel="email",
        order_id=order["order_id"],
    )
    yield desk.deliver(2)
    till = Pen(rng, shop.till, asked + rng.randint(20, 90) * HOUR, who=who)
    shown = ("order_id", "total", "currency", "products")
    till.track("Order Refunded", **{key: order[key] for key in shown})
    yield till.deliver(0.4)
    desk = Pen(rng, shop.desk, till.at + HOUR, who=who)
    desk.track("Ticket Closed", ticket_id=ticket, satisfaction=rng.randint(2, 5))
    yield desk.deliver(2)


def visit(
    rng: Random, shop: Shop, at: int, device: Device, who: Person, *, signed_in: bool = True
) -> Iterator[Delivery]:
    """A whole visit of a customer, with the order if there is one."""
    pen = shop.pen(rng, at, device, who if signed_in else None)
    seen = look_around(pen, shop, who.taste)
    order = None
    if rng.random() < 0.38:
        chosen = rng.sample(seen, min(len(seen), 1 + (rng.random() < 0.25)))
        put_in_cart(pen, chosen)
        if signed_in and rng.random() < 0.6:
            order = check_out(pen, shop, chosen, thrift=who.thrift, pays=rng.random() < 0.72)
    done = pen.at
    # A phone that is out of reach sends hours later what it has kept.
    yield pen.deliver(rng.uniform(3, 30) * 3600 if device.id and rng.random() < 0.02 else 1.5)
    if order:
        yield completed(rng, shop, who, order, done)
        if rng.random() < 0.06:
            yield from refunded(rng, shop, who, order, done)
