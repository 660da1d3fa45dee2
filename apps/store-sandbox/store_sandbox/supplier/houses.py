"""Who the suppliers are: what they charge, what they promise, and how they keep it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class House:
    """One supplier.

    `markup` times what the merchant pays is its cost; it promises `low` to `high` days, needs
    `pace` times the longest promise in the middle, spread by `noise` (log units); `carries` is
    its share of the shop's articles; `shipping` in EUR for one unit.
    """

    key: str
    name: str
    markup: float
    low: int
    high: int
    pace: float
    noise: float
    carries: float
    shipping: float
    minimum: int


HOUSES: dict[str, House] = {
    house.key: house
    for house in (
        House("groothandel", "Sandbox Groothandel", 0.95, 5, 9, 0.92, 0.22, 0.85, 2.95, 6),
        House("express", "Sandbox Express", 1.12, 2, 3, 0.80, 0.12, 0.60, 4.95, 1),
    )
}

# (title, category, brand, cost EUR, recommended price EUR): what the shop could add
NEWCOMERS: tuple[tuple[str, str, str, float, float], ...] = (
    ("Reflective Exercise Sheet LED", "Exercise Sheets", "Nordstal", 31.0, 89.0),
    ("Magnetic Therapy Boots", "Horse Boots", "Equicare Labs", 42.5, 119.0),
    ("Slow Feed Hay Ball", "Stable Kit", "Polderruiter", 9.8, 29.95),
    ("Fly Mask with Ears and Nose", "Fly Masks", "Polderruiter", 8.9, 24.95),
    ("Anatomic Bridle Aurora Deluxe", "Bridles", "Veldhoven Leather", 61.0, 169.0),
    ("Heated Riding Gloves", "Gloves", "Ridley & Vos", 27.0, 79.0),
    ("Riding Helmet Cover Rain", "Helmets", "Kapstok Safety", 3.9, 14.95),
    ("Winter Riding Skirt Quilted", "Jackets", "Duinrand", 34.0, 99.0),
    ("Horse Massage Gun", "Grooming", "Equicare Labs", 58.0, 149.0),
    ("Hoof Boot Trail", "Horse Boots", "Ferrum Equestrian", 36.0, 84.95),
    ("Silicone Lunge Line Grip 8 m", "Stable Kit", "Polderruiter", 7.4, 21.95),
    ("Mineral Lick Himalaya 2 kg", "Supplements", "Haver & Co", 3.2, 9.95),
    ("Calming Paste Before Show", "Supplements", "Equicare Labs", 8.1, 24.95),
    ("Show Plaiting Kit", "Grooming", "Stalzorg", 6.2, 19.95),
    ("Waterproof Saddle Cover", "Saddle Pads", "Equilane", 11.0, 34.95),
    ("Merino Riding Socks", "Socks", "Ridley & Vos", 6.9, 18.95),
    ("Junior Body Protector", "Helmets", "Kapstok Safety", 61.0, 139.0),
    ("Stable Camera Solar", "Stable Kit", "Polderruiter", 74.0, 159.0),
    ("Treat Dispenser Ball", "Treats", "Haver & Co", 5.6, 16.95),
    ("Cooling Gel for Legs 500 ml", "Coat Care", "Equicare Labs", 5.2, 15.95),
    ("Sheepskin Girth Cover", "Girths", "Lammfell Manufaktur", 17.5, 49.95),
    ("Carbon Stirrups Ultra", "Stirrups", "Ferrum Equestrian", 88.0, 189.0),
    ("Neck Rope Bridleless", "Headcollars", "Nordstal", 7.9, 24.95),
    ("Turnout Rug 50 g Light", "Turnout Rugs", "Nordstal", 46.0, 109.0),
)  # fmt: skip
