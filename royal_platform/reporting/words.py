"""What reports say in each language, and how they write numbers and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

Language = Literal["en", "nl"]

_METRICS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "revenue_gross": "Gross revenue", "revenue_net": "Net revenue", "orders": "Orders",
        "aov": "Average order value", "units": "Units sold", "contribution": "Contribution",
        "contribution_margin": "Contribution margin", "refunds": "Refunds",
        "refund_rate": "Refund rate", "return_rate": "Return rate", "repeat_rate": "Repeat rate",
        "new_customers": "New customers", "cac": "Cost per new customer",
        "mer": "Revenue per spend", "sell_through": "Sell-through",
        "stock_out_rate": "Stock-out rate", "on_time": "Suppliers' parcels on time",
    },
    "nl": {
        "revenue_gross": "Bruto omzet", "revenue_net": "Netto omzet", "orders": "Bestellingen",
        "aov": "Gemiddelde bestelwaarde", "units": "Verkochte stuks", "contribution": "Bijdrage",
        "contribution_margin": "Bijdragemarge", "refunds": "Terugbetalingen",
        "refund_rate": "Terugbetaald aandeel", "return_rate": "Retourpercentage",
        "repeat_rate": "Aandeel vaste klanten", "new_customers": "Nieuwe klanten",
        "cac": "Kosten per nieuwe klant", "mer": "Omzet per uitgave",
        "sell_through": "Doorverkoop", "stock_out_rate": "Uitverkocht aandeel",
        "on_time": "Leverancierspakketten op tijd",
    },
}  # fmt: skip
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "title": "Week {week}",
        "days": "{first} to {last}",
        "figures": "The figures",
        "metric": "Metric",
        "value": "This week",
        "before": "Week before",
        "change": "Change",
        "course": "Last nine weeks",
        "products": "Products that sold most",
        "product": "Product",
        "anomalies": "What stood out",
        "none": "Nothing stood out.",
        "outlook": "What the next week is expected to bring",
        "expected": "Expected",
        "interval": "80 % interval",
        "unknown": "not known",
        "about": "How to read this",
        "as_of": "As the store was at {as_of}, days in {timezone}. From {engine}; source: "
        "{source}. Amounts before tax, in {currency}; others are not in it.",
        "compared": "Compared with the seven days before.",
        "drill": "How it came about",
        "above": "above",
        "below": "below",
        "anomaly": "{metric} on {day}: {value}, {side} the {expected} expected ({low} to {high}).",
        "driver": "Driven by {dimension}: {causes}.",
        "explains": "{label} ({power} %)",
        "left_out": "{count} rows without a known value are left out.",
        "sandbox": "Sandbox store: these are not a real shop's figures.",
    },
    "nl": {
        "title": "Week {week}",
        "days": "{first} tot en met {last}",
        "figures": "De cijfers",
        "metric": "Maat",
        "value": "Deze week",
        "before": "Week ervoor",
        "change": "Verschil",
        "course": "Laatste negen weken",
        "products": "Meest verkochte producten",
        "product": "Product",
        "anomalies": "Wat opviel",
        "none": "Er viel niets op.",
        "outlook": "Wat de komende week naar verwachting brengt",
        "expected": "Verwacht",
        "interval": "80 %-interval",
        "unknown": "niet bekend",
        "about": "Hoe dit te lezen",
        "as_of": "Zoals de winkel was op {as_of}, dagen in {timezone}. Uit {engine}; bron: "
        "{source}. Bedragen zonder btw, in {currency}; andere tellen niet mee.",
        "compared": "Vergeleken met de zeven dagen ervoor.",
        "drill": "Hoe het tot stand kwam",
        "above": "boven",
        "below": "onder",
        "anomaly": "{metric} op {day}: {value}, {side} de verwachte {expected} ({low} tot {high}).",
        "driver": "Door {dimension}: {causes}.",
        "explains": "{label} ({power} %)",
        "left_out": "{count} regels zonder bekende waarde tellen niet mee.",
        "sandbox": "Oefenwinkel: dit zijn geen cijfers van een echte zaak.",
    },
}
_DIMENSIONS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "product_type": "product type", "source": "sales channel",
        "customer": "new or returning customers", "channel": "marketing channel",
    },
    "nl": {
        "product_type": "productsoort", "vendor": "leverancier", "variant": "variant",
        "country": "land", "source": "verkoopkanaal", "customer": "nieuwe of vaste klanten",
        "channel": "marketingkanaal",
    },
}  # fmt: skip
_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September",
           "October", "November", "December"),
    "nl": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september",
           "oktober", "november", "december"),
}  # fmt: skip
_SHOWN_DIGITS = {"percent": 1, "ratio": 2, "hours": 1, "count": 0}


def language_of(asked: str | None) -> Language:
    """The language asked for, or English."""
    return "nl" if (asked or "").lower().startswith("nl") else "en"


def metric_name(name: str, language: Language) -> str:
    """A metric's name; its own where there is no word for it."""
    return _METRICS[language].get(name, name)


def dimension_name(name: str | None, language: Language) -> str:
    """A dimension's name; its own where there is no other word for it."""
    return "" if name is None else _DIMENSIONS[language].get(name, name)


def say(word: str, language: Language, **parts: object) -> str:
    """A sentence with its parts filled in; parts are text, never patterns."""
    return _WORDS[language][word].format(**parts)


def day(told: str, language: Language) -> str:
    """A day in words."""
    found = date.fromisoformat(told[:10])
    return f"{found.day} {_MONTHS[language][found.month - 1]} {found.year}"


def figure(amount: str | None, unit: str, currency: str | None, language: Language) -> str:
    """An amount with its unit: currency code, percent sign, or nothing for counts."""
    if amount is None:
        return say("unknown", language)
    if currency is not None:
        places = -int(Decimal(amount).as_tuple().exponent)
        return f"{currency} {number(amount, max(places, 0), language)}"
    shown = number(amount, _SHOWN_DIGITS.get(unit, 2), language)
    return f"{shown} %" if unit == "percent" else shown


def change(percent: str | None, language: Language) -> str:
    """A change with its sign."""
    if percent is None:
        return "-"
    sign = "+" if Decimal(percent) > 0 else ""
    return f"{sign}{number(percent, 1, language)} %"


def number(amount: str, places: int, language: Language) -> str:
    """Digits grouped as the language does."""
    shown = f"{Decimal(amount):,.{places}f}"
    return shown.translate(str.maketrans(",.", ".,")) if language == "nl" else shown
