"""Invented customers of the two brands. They depend on the seed alone, not on the clock."""

from __future__ import annotations

from random import Random

import msgspec

FF, BB = "Fitness Forever", "Brands Bazaar"


def _words(text: str) -> list[str]:
    return text.split()


_WOMEN = _words("""
    Aarohi Aditi Aisha Amrita Ananya Anjali Bhavna Chitra Deepa Devika Esther Farah Gauri
    Gurpreet Hema Ishita Jasleen Kavya Khadija Lakshmi Leela Madhuri Mary Meera Naina
    Nandini Nisha Pallavi Parveen Pooja Priya Radhika Rhea Ruth Sana Shreya Simran Sneha
    Sunita Tanvi Tara Usha Varsha Zoya
""")
_MEN = _words("""
    Aarav Abdul Aditya Akash Aman Anand Arjun Arun Bharat Chirag Daniel Dev Dinesh Farhan
    Ganesh Gurdeep Harish Imran Ishaan Jatin John Joseph Karan Kabir Kunal Manoj Mohan
    Naveen Nikhil Omkar Pranav Rahul Rajesh Ravi Rohan Sameer Sanjay Siddharth Suresh Tarun
    Thomas Varun Vikram Yusuf
""")
_FAMILIES = _words("""
    Agarwal Ahmed Banerjee Bhat Bose Chatterjee Chauhan Chopra Das Desai Deshpande Dutta
    Fernandes Ghosh Gill Gupta Hegde Hussain Iyengar Iyer Jain Joshi Kapoor Kaur Khan
    Kulkarni Kumar Malhotra Mathew Mehta Menon Mishra Mukherjee Nair Naidu Paul Patel Patil
    Pillai Pinto Rao Reddy Roy Saxena Sen Shah Sharma Shetty Siddiqui Singh Sinha Sood
    Thakur Thomas Tiwari Varghese Varma Verma Yadav
""")
CITIES = (
    ("Mumbai", "Maharashtra", 20),
    ("Bangalore", "Karnataka", 17),
    ("Delhi", "Delhi", 16),
    ("Hyderabad", "Telangana", 10),
    ("Chennai", "Tamil Nadu", 9),
    ("Pune", "Maharashtra", 9),
    ("Kolkata", "West Bengal", 8),
    ("Ahmedabad", "Gujarat", 6),
    ("Jaipur", "Rajasthan", 4),
    ("Kochi", "Kerala", 3),
)
_MAIL = ("inbox.example", "mail.example", "post.example", "letters.example")
_TASTES = ("jewellery", "ethnic", "western", "footwear", "bags", "home", "kitchen")
_CHROME = "AppleWebKit/537.36 Chrome/142.0"
_SAFARI = "AppleWebKit/605.1.15 Version/18.6"
_ON_IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X)"
_ON_MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
# (user agent, operating system, its version)
MOBILE = (f"Mozilla/5.0 (Linux; Android 15; K) {_CHROME} Mobile Safari/537.36", "Android", "15")
LAPTOP = (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_CHROME} Safari/537.36", "Windows", "10")
_BROWSERS = (
    MOBILE,
    (f"{_ON_IPHONE} {_SAFARI} Mobile/15E148 Safari/604.1", "iOS", "18.6"),
    LAPTOP,
    (f"{_ON_MAC} {_SAFARI} Safari/605.1.15", "macOS", "15"),
)
PHONES = (("Android", "15", "Samsung", "SM-A556E"), ("Android", "14", "Xiaomi", "2312DRA50I"))
IPHONE = ("iOS", "18.6", "Apple", "iPhone15,4")


class Device(msgspec.Struct, frozen=True):
    """A browser, or an app on a phone (`id` set). `skew` is how far its clock is off, in µs."""

    anonymous_id: str
    os: tuple[str, str]
    agent: str = ""
    id: str = ""
    model: tuple[str, str] = ("", "")
    skew: int = 0


class Person(msgspec.Struct, frozen=True):
    number: int
    first: str
    last: str
    gender: str
    age: int
    city: str
    state: str
    email: str
    phone: str
    brands: tuple[str, ...]
    since: float  # part of the year before now at which the story begins: 1 is a year ago
    stays: float  # days until she or he loses interest
    browsers: tuple[Device, ...]
    app: Device | None
    taste: str
    thrift: float  # 0 never waits for a discount, 1 buys with nothing else
    eager: float  # visits in a week
    letters: bool  # takes newsletters
    account: int  # number of the employer that pays the gym; 0 for none

    @property
    def user_id(self) -> str:
        return f"u_{self.number}"

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


def uuid(rng: Random) -> str:
    """A version 4 UUID from a seeded source."""
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def browser(rng: Random, *, skew: int = 0) -> Device:
    agent, system, version = rng.choices(_BROWSERS, (50, 15, 25, 10))[0]
    return Device(uuid(rng), (system, version), agent, skew=skew)


def phone(rng: Random) -> Device:
    system, version, maker, model = rng.choices((*PHONES, IPHONE), (45, 35, 20))[0]
    return Device(
        uuid(rng), (system, version), id=f"{rng.getrandbits(64):016x}", model=(maker, model)
    )


def person(seed: int, number: int) -> Person:
    """The customer with this number. Every call gives the same one."""
    rng = Random(f"{seed}/person/{number}")
    gender = rng.choice(("female", "male"))
    first, last = rng.choice(_WOMEN if gender == "female" else _MEN), rng.choice(_FAMILIES)
    city, state, _ = rng.choices(CITIES, [weight for *_, weight in CITIES])[0]
    brands = rng.choices(((BB,), (FF,), (FF, BB)), (60, 33, 7))[0]
    skew = rng.choice((-1, 1)) * rng.randint(1, 30) * 3_600_000_000 if rng.random() < 0.01 else 0
    return Person(
        number=number,
        first=first,
        last=last,
        gender=gender,
        age=min(70, 18 + int(rng.expovariate(1 / 12))),
        city=city,
        state=state,
        email=f"{first}.{last}{number}@{rng.choice(_MAIL)}".lower(),
        phone=f"+91140{number:07d}",
        brands=brands,
        since=1 - rng.random() ** 0.7,
        stays=rng.expovariate(1 / 180),
        browsers=tuple(
            browser(rng, skew=skew) for _ in range(rng.choices((1, 2, 3), (60, 30, 10))[0])
        ),
        app=phone(rng) if rng.random() < 0.4 else None,
        taste=rng.choices(_TASTES, (22, 20, 18, 14, 10, 9, 7))[0],
        thrift=rng.random() ** 2,
        eager=0.1 + rng.expovariate(4),
        letters=rng.random() < 0.62,
        account=rng.randint(1, 12) if FF in brands and rng.random() < 0.2 else 0,
    )
