"""What an equestrian shop in the Netherlands sells: product types, size scales and names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """A size scale: its Shopify option name, sizes, who is measured and each size's share."""

    option: str
    sizes: tuple[str, ...]
    measured: str  # "horse", "rider" or "" when the buyer is free to choose
    shares: tuple[float, ...]
    price_steps: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductType:
    """One product type: its need, price range (EUR with VAT), behaviour and product names."""

    name: str
    need: str
    low: float
    high: float
    elasticity: float
    return_rate: float
    scale: str
    colours: tuple[str, ...]
    vendors: tuple[str, ...]
    names: tuple[str, ...]
    several: float = 0.0  # chance that a buyer takes more than one


SCALES: dict[str, Scale] = {
    "tack": Scale("Size", ("Pony", "Cob", "Full"), "horse", (0.22, 0.30, 0.48)),
    "girth": Scale("Size", ("55 cm", "65 cm", "75 cm"), "horse", (0.30, 0.34, 0.36)),
    "rug": Scale("Size", ("125 cm", "135 cm", "145 cm"), "horse", (0.30, 0.36, 0.34)),
    "bit": Scale("Size", ("11.5 cm", "12.5 cm", "13.5 cm"), "horse", (0.22, 0.43, 0.35)),
    "wear": Scale("Size", ("XS", "S", "M", "L"), "rider", (0.18, 0.32, 0.31, 0.19)),
    "breeches": Scale("Size", ("34", "36", "38", "40"), "rider", (0.19, 0.30, 0.30, 0.21)),
    "boots": Scale("Size", ("37", "38", "39", "40"), "rider", (0.2, 0.27, 0.31, 0.22)),
    "helmet": Scale("Size", ("S (53-55)", "M (55-57)", "L (57-59)"), "rider", (0.3, 0.43, 0.27)),
    "pack": Scale("Weight", ("1 kg", "3 kg"), "", (0.62, 0.38), (1.0, 2.55)),
    "bottle": Scale("Volume", ("500 ml", "1 l"), "", (0.66, 0.34), (1.0, 1.75)),
    "one": Scale("Title", ("Default Title",), "", (1.0,)),
}

NEEDS: tuple[str, ...] = (
    "bridles", "saddlery", "rugs", "legs", "helmets", "clothing",
    "footwear", "grooming", "feed", "stable", "bits", "summer",
)  # fmt: skip

NEED_SHARES: tuple[float, ...] = (
    0.055, 0.115, 0.085, 0.085, 0.03, 0.13, 0.07, 0.14, 0.15, 0.06, 0.04, 0.04,
)  # fmt: skip

# (height of the yearly wave in log units, day of the year of its peak)
NEED_SEASONS: tuple[tuple[float, int], ...] = (
    (0.08, 100), (0.12, 110), (0.85, 305), (0.15, 120), (0.20, 95), (0.22, 300),
    (0.25, 310), (0.12, 140), (0.10, 20), (0.15, 330), (0.08, 100), (1.35, 172),
)  # fmt: skip

BLACK_BROWN = ("Black", "Brown")
PAD_COLOURS = ("Navy", "White")

TYPES: tuple[ProductType, ...] = (
    ProductType("Bridles", "bridles", 79, 219, 2.3, 0.13, "tack", BLACK_BROWN,
        ("Veldhoven Leather", "Kingsley & Rowe"),
        ("Anatomic Bridle Aurora", "Hunter Bridle Classic", "Cavesson Bridle Elegance")),
    ProductType("Reins", "bridles", 24, 59, 2.2, 0.07, "one", BLACK_BROWN,
        ("Veldhoven Leather", "Kingsley & Rowe"),
        ("Rubber Grip Reins", "Laced Leather Reins", "Web Reins with Stops")),
    ProductType("Saddle Pads", "saddlery", 34, 79, 2.4, 0.11, "one",
        ("Navy", "White", "Burgundy", "Sage"), ("Equilane", "Nordstal"),
        ("Dressage Saddle Pad Lumière", "Jumping Saddle Pad Essential",
         "Quick-Dry Saddle Pad Active", "Velvet Saddle Pad Royal")),
    ProductType("Half Pads", "saddlery", 59, 189, 1.9, 0.10, "tack", (),
        ("Lammfell Manufaktur", "Equilane"),
        ("Lambskin Half Pad", "Gel Half Pad Shock Absorb", "Memory Foam Half Pad")),
    ProductType("Girths", "saddlery", 39, 129, 2.1, 0.12, "girth", BLACK_BROWN,
        ("Veldhoven Leather", "Lammfell Manufaktur"),
        ("Anatomic Dressage Girth", "Elastic Jumping Girth")),
    ProductType("Stirrups", "saddlery", 49, 179, 1.8, 0.06, "one", ("Black", "Silver"),
        ("Ferrum Equestrian",), ("Safety Stirrups Release", "Light Composite Stirrups")),
    ProductType("Turnout Rugs", "rugs", 89, 169, 2.5, 0.17, "rug", (),
        ("Nordstal", "Polderruiter"),
        ("Turnout Rug 0 g Rain", "Turnout Rug 100 g", "Turnout Rug 200 g",
         "Turnout Rug 300 g Combo Neck")),
    ProductType("Stable Rugs", "rugs", 65, 129, 2.2, 0.15, "rug", (),
        ("Nordstal",), ("Quilted Stable Rug 200 g", "Stable Rug 400 g Winter")),
    ProductType("Fleece and Coolers", "rugs", 39, 79, 2.3, 0.12, "rug", (),
        ("Polderruiter", "Equilane"), ("Fleece Rug Classic", "Honeycomb Cooler Rug")),
    ProductType("Fly Rugs", "summer", 49, 109, 2.2, 0.14, "rug", (),
        ("Polderruiter",), ("Fly Rug Zebra", "Fly Rug with Neck Mesh")),
    ProductType("Fly Masks", "summer", 15, 34, 1.9, 0.08, "tack", (),
        ("Polderruiter", "Equilane"), ("Fly Mask with Ears", "UV Fly Mask Soft")),
    ProductType("Fly Care", "summer", 12, 24, 1.6, 0.02, "bottle", (),
        ("Stalzorg",), ("Fly Repellent Spray", "Sensitive Fly Gel"), 0.18),
    ProductType("Horse Boots", "legs", 34, 89, 2.1, 0.12, "tack", BLACK_BROWN,
        ("Ferrum Equestrian", "Equilane"),
        ("Tendon Boots Air", "Fetlock Boots Soft Shell", "Brushing Boots Neoprene")),
    ProductType("Overreach Boots", "legs", 14, 39, 2.3, 0.08, "tack", (),
        ("Equilane",), ("Bell Boots Rubber", "No-Turn Overreach Boots")),
    ProductType("Bandages", "legs", 17, 34, 2.5, 0.05, "one", ("Navy", "White", "Burgundy"),
        ("Equilane", "Nordstal"), ("Fleece Bandages Set of 4", "Elastic Work Bandages"), 0.15),
    ProductType("Helmets", "helmets", 89, 329, 1.7, 0.16, "helmet", ("Black", "Navy"),
        ("Kapstok Safety", "Ferrum Equestrian"),
        ("Riding Helmet Basic Dial", "Riding Helmet Ventus", "Wide Brim Helmet Solaire")),
    ProductType("Breeches", "clothing", 59, 139, 2.4, 0.27, "breeches", ("Navy", "Black"),
        ("Ridley & Vos", "Duinrand"),
        ("Full Grip Breeches Juna", "Knee Grip Breeches Vigo", "Riding Tights Flow")),
    ProductType("Jackets", "clothing", 69, 189, 2.2, 0.25, "wear", (),
        ("Duinrand", "Ridley & Vos"),
        ("Softshell Jacket Terschelling", "Padded Jacket Vlieland", "Rain Jacket Noord")),
    ProductType("Tops", "clothing", 29, 69, 2.6, 0.22, "wear", (),
        ("Duinrand", "Ridley & Vos"),
        ("Technical Base Layer", "Show Shirt Short Sleeve", "Polo Shirt Club")),
    ProductType("Gloves", "clothing", 17, 45, 2.0, 0.10, "wear", (),
        ("Ridley & Vos",), ("Winter Riding Gloves Thermo", "Grip Riding Gloves")),
    ProductType("Socks", "clothing", 9, 16, 1.8, 0.03, "one", ("Navy", "Grey"),
        ("Ridley & Vos", "Duinrand"), ("Knee High Riding Socks", "Bamboo Riding Socks"), 0.35),
    ProductType("Riding Boots", "footwear", 159, 329, 2.1, 0.30, "boots", (),
        ("Kingsley & Rowe",), ("Leather Riding Boots Almere", "Dressage Boots Contour")),
    ProductType("Jodhpur Boots", "footwear", 69, 139, 2.3, 0.24, "boots", (),
        ("Kingsley & Rowe", "Duinrand"), ("Jodhpur Boots Zip", "Winter Jodhpur Boots Lined")),
    ProductType("Chaps", "footwear", 49, 99, 2.0, 0.18, "wear", (),
        ("Kingsley & Rowe",), ("Half Chaps Suede",)),
    ProductType("Brushes", "grooming", 6, 19, 1.7, 0.02, "one", (),
        ("Stalzorg", "Polderruiter"),
        ("Dandy Brush", "Soft Body Brush", "Curry Comb Flexible", "Mane and Tail Brush",
         "Hoof Pick with Brush", "Sweat Scraper"), 0.22),
    ProductType("Coat Care", "grooming", 11, 24, 1.6, 0.02, "bottle", (),
        ("Stalzorg", "Equicare Labs"),
        ("Horse Shampoo Mild", "Mane and Tail Detangler", "Coat Shine Spray"), 0.18),
    ProductType("Hoof and Skin Care", "grooming", 10, 22, 1.5, 0.02, "one", (),
        ("Equicare Labs", "Stalzorg"),
        ("Hoof Oil with Laurel", "Mud Fever Balm", "Zinc Ointment Yard", "Hoof Repair Gel"), 0.18),
    ProductType("Leather Care", "grooming", 8, 21, 1.5, 0.01, "one", (),
        ("Veldhoven Leather",), ("Glycerine Saddle Soap", "Leather Balsam with Beeswax",
                                 "Leather Oil Dark"), 0.12),
    ProductType("Supplements", "feed", 22, 42, 1.6, 0.02, "pack", (),
        ("Equicare Labs", "Haver & Co"),
        ("Magnesium Plus Calm", "Joint Support Glucosamine", "Biotin Hoof Formula",
         "Electrolyte Powder", "Vitamin Balancer All Year", "Garlic Granules",
         "Linseed Omega Mix"), 0.20),
    ProductType("Treats", "feed", 5, 12, 2.1, 0.01, "one", ("Apple", "Carrot", "Peppermint"),
        ("Haver & Co",), ("Horse Treats", "Grain-Free Bites"), 0.50),
    ProductType("Mash and Muesli", "feed", 16, 29, 2.3, 0.01, "one", (),
        ("Haver & Co",), ("Winter Mash Herbal 15 kg", "Fibre Muesli 20 kg",
                          "Senior Mash 15 kg"), 0.30),
    ProductType("Stable Kit", "stable", 9, 69, 1.9, 0.05, "one", (),
        ("Polderruiter", "Stalzorg"),
        ("Slow Feeder Hay Net", "Wall Mounted Saddle Rack", "Bridle Bracket", "Feed Bucket 17 l",
         "Salt Lick Holder", "Grooming Box Sturdy", "Stable Fork Light", "Lead Rope Cotton"),
        0.15),
    ProductType("Headcollars", "stable", 15, 39, 2.2, 0.08, "tack", (),
        ("Polderruiter", "Nordstal"), ("Headcollar Padded", "Headcollar and Rope Set")),
    ProductType("Bits", "bits", 25, 95, 1.7, 0.11, "bit", (),
        ("Ferrum Equestrian",),
        ("Loose Ring Snaffle Double Jointed", "Eggbutt Snaffle Curved", "Soft Rubber Pelham")),
)  # fmt: skip

FIRST_NAMES: tuple[str, ...] = (
    "Sanne", "Lotte", "Fleur", "Emma", "Eva", "Anouk", "Iris", "Femke", "Marieke", "Lieke",
    "Roos", "Isa", "Noor", "Julia", "Maud", "Esmee", "Merel", "Kim", "Linda", "Ingrid",
    "Annelies", "Petra", "Saskia", "Hanneke", "Yvonne", "Daan", "Bram", "Jeroen", "Pieter",
    "Thomas", "Wouter", "Ruben", "Charlotte", "Elke", "Katrien", "Lena", "Johanna", "Nina",
)  # fmt: skip
LAST_NAMES: tuple[str, ...] = (
    "de Vries", "Jansen", "van den Berg", "Bakker", "Visser", "Smit", "Meijer", "de Boer",
    "Mulder", "de Groot", "Bos", "Vos", "Peters", "Hendriks", "van Leeuwen", "Dekker",
    "Brouwer", "de Wit", "Dijkstra", "Postma", "van der Meer", "Kuipers", "Veenstra",
    "Hoekstra", "Willems", "Claes", "Maes", "Schmidt", "Wagner", "Verhoeven", "Koster",
    "van Dam", "Scholten", "Prins", "Huisman", "Peeters", "Kok", "Jacobs",
)  # fmt: skip
# (city, postal code, country, weight)
PLACES: tuple[tuple[str, str, str, float], ...] = (
    ("Utrecht", "3511 AB", "NL", 10), ("Amsterdam", "1012 NX", "NL", 9),
    ("Ede", "6711 DR", "NL", 7), ("Apeldoorn", "7311 KZ", "NL", 8),
    ("Ermelo", "3851 MN", "NL", 7), ("Deurne", "5751 BE", "NL", 6),
    ("Breda", "4811 XC", "NL", 7), ("Leeuwarden", "8911 JH", "NL", 6),
    ("Zwolle", "8011 PK", "NL", 6), ("Heerenveen", "8441 GA", "NL", 4),
    ("Tilburg", "5038 EA", "NL", 5), ("Den Haag", "2511 VA", "NL", 5),
    ("Antwerpen", "2000", "BE", 6), ("Gent", "9000", "BE", 4), ("Hasselt", "3500", "BE", 3),
    ("Köln", "50667", "DE", 3), ("Münster", "48143", "DE", 4),
)  # fmt: skip
STREETS: tuple[str, ...] = (
    "Dorpsstraat", "Molenweg", "Kerkstraat", "Stationsweg", "Parallelweg", "Bosweg",
    "Veldweg", "Hoofdstraat", "Schoolstraat", "Beukenlaan", "Lindelaan", "Ruiterpad",
)  # fmt: skip
