"""What the two brands sell. Names and makers are invented; prices in rupees."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec

CURRENCY = "INR"


class Product(msgspec.Struct, frozen=True):
    id: str
    name: str
    category: str
    maker: str
    price: int

    def line(self, quantity: int = 1) -> dict[str, Any]:
        """The product inside `products` of an order, in the names of Segment's commerce spec."""
        return {
            "product_id": self.id,
            "sku": self.id.upper(),
            "name": self.name,
            "category": self.category,
            "brand": self.maker,
            "price": self.price,
            "quantity": quantity,
        }


_BAZAAR = {
    "jewellery": (
        "Jhumka earrings:249 Oxidised choker:349 Pearl drop earrings:199 Beaded anklet:149"
        " Ear cuff set:129 Kundan ring:179 Layered chain:299 Glass bangles:159"
        " Nose pin:99 Charm bracelet:229",
        "Chamakia",
    ),
    "ethnic": (
        "Cotton kurta:799 Block print saree:1899 Anarkali set:2299 Linen kurta:999 Dupatta:499"
        " Nehru jacket:1599 Palazzo set:1199",
        "Rangloom",
    ),
    "western": (
        "Slim jeans:1499 Linen shirt:1299 Summer dress:1399 Graphic tee:499"
        " Denim jacket:1999 Skirt:899",
        "Denimora",
    ),
    "footwear": (
        "Kolhapuri sandals:899 White sneakers:1799 Mojaris:1099 Flip-flops:349 Block heels:1499",
        "Pagdori",
    ),
    "bags": ("Jute tote:599 Sling bag:899 Laptop backpack:1699 Potli:399 Wallet:549", "Thailora"),
    "home": (
        "Cushion covers:499 Block print bedsheet:1299 Brass lamp:899 Dhurrie rug:1799",
        "Aanganora",
    ),
    "kitchen": (
        "Chef's knife:649 Masala box:549 Steel kadhai:1199 Chopping board:399 Tea set:899",
        "Rasoyo",
    ),
}
_GYM = {
    "equipment": (
        "Yoga mat:999 Dumbbell pair 5 kg:1499 Resistance bands:599 Skipping rope:349"
        " Kettlebell:1899 Foam roller:799 Exercise bike:18999",
        "Dhanvega",
    ),
    "nutrition": (
        "Whey protein 1 kg:2199 Energy bars:599 Electrolytes:399 Plant protein:1899",
        "Balora",
    ),
    "clothing": ("Training tee:699 Track pants:1199 Sports bra:899 Running shorts:799", "Dhanvega"),
    "shoes": ("Running shoes:3499 Cross trainers:2999 Court shoes:2799", "Dhanvega"),
}
CLASSES = ("Yoga", "Zumba", "Spin", "Pilates", "Strength", "Boxing")
PLANS = (("Monthly", 1999, 30), ("Quarterly", 4999, 90), ("Yearly", 14999, 365))


def _shelf(prefix: str, kinds: dict[str, tuple[str, str]]) -> dict[str, list[Product]]:
    shelf: dict[str, list[Product]] = {}
    for category, (goods, maker) in kinds.items():
        made, words = shelf.setdefault(category, []), []
        for word in goods.split():
            name, colon, price = word.partition(":")
            words.append(name)
            if colon:
                number = f"{prefix}-{category[:3]}-{len(made) + 1:02d}"
                made.append(Product(number, " ".join(words), category, maker, int(price)))
                words = []
    return shelf


class Catalogue:
    """Both shelves, by category."""

    def __init__(self) -> None:
        self.bazaar = _shelf("bb", _BAZAAR)
        self.gym = _shelf("ff", _GYM)

    def browse(self, rng: Random, taste: str) -> Product:
        """What catches the eye of someone with this taste: mostly it, sometimes something else."""
        category = taste if rng.random() < 0.75 else rng.choice(list(self.bazaar))
        return rng.choice(self.bazaar[category])

    def train(self, rng: Random) -> Product:
        return rng.choice(self.gym[rng.choice(list(self.gym))])

    def named(self, name: str) -> Product:
        shelves = (*self.bazaar.values(), *self.gym.values())
        return next(product for shelf in shelves for product in shelf if product.name == name)
