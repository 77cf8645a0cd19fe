"""What orders look like in the events, and the lengths and weights that models use.

The defaults are the names of Segment's e-commerce, e-mail and mobile specs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from rapport.errors import ConfigError

# Names that end like this tell what was done to a person, not by her.
PASSIVE: Final = (
    *(" Sent", " Delivered", " Bounced", " Dropped", " Deferred", " Impression", " Message Shown"),
    *(" Refunded", " Shipped", " Expired", "Call Placed", "Ticket Updated", "Ticket Closed"),
    "Notification Received",
)


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A way to reach people. Responses weigh as said: machines open mails, too, so clicks count."""

    sent: tuple[str, ...] = ()  # of several names the first that occurs counts
    responses: Mapping[str, float] = {}
    media: tuple[str, ...] = ()  # `utm_medium` of visits that come from it


CHANNELS: Final[Mapping[str, Channel]] = {
    "email": Channel(
        sent=("Email Sent", "Email Delivered"),
        responses={"Email Opened": 0.25, "Email Clicked": 1.0, "Email Link Clicked": 1.0},
        media=("email", "e-mail", "newsletter"),
    ),
    "push": Channel(
        sent=("Push Notification Sent", "Push Notification Received"),
        responses={"Push Notification Opened": 1.0, "Push Notification Tapped": 1.0},
        media=("push",),
    ),
    "sms": Channel(
        sent=("SMS Sent", "SMS Delivered"),
        responses={"SMS Clicked": 1.0, "SMS Link Clicked": 1.0, "SMS Replied": 1.0},
        media=("sms",),
    ),
    "whatsapp": Channel(
        sent=("WhatsApp Message Sent", "WhatsApp Message Delivered"),
        responses={"WhatsApp Message Read": 0.25, "WhatsApp Link Clicked": 1.0},
        media=("whatsapp",),
    ),
    "in_app": Channel(
        sent=("In-App Message Shown",),
        responses={"In-App Message Clicked": 1.0},
        media=("in_app",),
    ),
    "ads": Channel(
        sent=("Ad Impression",),
        responses={"Ad Clicked": 1.0},
        media=("cpc", "ppc", "paid", "paid_social", "display", "retargeting"),
    ),
    "social": Channel(media=("social", "organic_social")),
    "search": Channel(media=("organic",)),
    "referral": Channel(media=("referral", "affiliate")),
}
# What can be sent to one person; the other channels only bring people.
SENDABLE: Final = ("email", "push", "sms", "whatsapp", "in_app")

INTERESTS: Final[Mapping[str, float]] = {
    "Product Viewed": 0.05,
    "Product Added": 0.3,
    "Product Added to Wishlist": 0.3,
}


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Paths lie inside `properties`; of several the first that holds something counts."""

    orders: tuple[str, ...] = ("Order Completed",)
    refunds: tuple[str, ...] = ("Order Refunded", "Order Cancelled")
    order_id: tuple[str, ...] = ("order_id", "checkout_id")
    revenue: tuple[str, ...] = ("revenue", "total", "value")
    refunded: tuple[str, ...] = ("total", "revenue", "value")
    discount: tuple[str, ...] = ("discount",)
    coupon: tuple[str, ...] = ("coupon", "coupon_id")
    products: str = "products"
    category: tuple[str, ...] = ("category",)
    price: tuple[str, ...] = ("price",)
    quantity: tuple[str, ...] = ("quantity",)
    currency: str = "currency"
    rates: Mapping[str, float] = {}  # currency → worth of one in the home currency

    # What a look at a product weighs beside an order, which weighs 1.
    interests: Mapping[str, float] = msgspec.field(default_factory=lambda: dict(INTERESTS))
    passive: tuple[str, ...] = PASSIVE
    channels: Mapping[str, Channel] = msgspec.field(default_factory=lambda: dict(CHANNELS))
    zone: str = "UTC"  # of people without a trait `timezone`

    churn_days: int = 90  # without an order for so long = churned
    propensity_days: int = 30
    half_life_days: float = 90.0  # tastes: what is so old counts half
    value_months: int = 12
    yearly_discount: float = 0.10  # what money is worth less in a year
    lookback_days: int = 30  # touches that an order may be due to
    lookalikes: int = 10_000  # how many of the nearest
    anonymity: int = 20  # groups smaller than this are never reported
    seed: int = 7  # where samples are drawn

    def __post_init__(self) -> None:
        """Raises `ConfigError`."""
        lengths = (self.churn_days, self.propensity_days, self.half_life_days, self.value_months)
        if min(*lengths, self.lookback_days) <= 0:
            raise ConfigError("settings of customer value: lengths have to be above 0")
        if self.anonymity < 2 or not 0 <= self.yearly_discount < 1:
            raise ConfigError(
                "settings of customer value: anonymity is 2 or more, yearly_discount below 1"
            )
        if not self.orders or set(self.orders) & set(self.refunds):
            raise ConfigError("settings of customer value: an event is an order or a refund")
