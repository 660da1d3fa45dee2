"""Which tools a model with a small context is shown: those whose words the question has.

Deterministic, and nothing is asked for it: a tool's words are its name, title, description and
arguments, and what people call its subject in English and Dutch. Rarer words count more (inverse
document frequency). What was used earlier in the conversation stays; what is left of the room goes
to the tools that most questions are about. `make evaluate` measures how often the right tool is
among them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import Any

import orjson

from aira.library import words_of
from aira.tools import TOOLS, Json, Tool

# Of the context; the instructions, the question, results and the answer need the rest.
SHARE = 3
_CHARACTERS_PER_TOKEN = 4
_NAME_WEIGHT, _SAID_WEIGHT = 3, 3
_SATURATION = 1.2
# How people speak of what a tool is about, where its own words do not say it.
_SAID = {
    "metrics": "revenue turnover sales sell margin average order value units sold ordered returned "
    "returns refunded discounts money earn omzet verkoop verkopen marge winst gemiddelde "
    "bestelwaarde stuks retouren korting hoeveel week maand",
    "forecast": "expect demand coming weeks week predict units sell sold verwacht verwachting "
    "vraag voorspelling komende",
    "products": "assortment catalogue cheapest dearest catalogus producten artikelen voorraad",
    "product": "price cost margin stock sku variant prijs kostprijs product artikel waarom",
    "at_risk": "run out runs sold out stock soon raakt op uitverkocht tekort",
    "inventory": "sku stock available hand location units warehouse voorraad beschikbaar locatie",
    "purchase_orders": "ordered supplier incoming arrive inkoop inkooporder besteld leverancier",
    "orders": "placed paid unpaid refunded pending bestellingen betaald openstaand geplaatst",
    "order": "lines paid shipped refund number total country bestelling order nummer betaald",
    "risks": "fraud suspicious late stuck fraude verdacht vastgehouden bestellingen",
    "risk": "fraud suspicious held hold fraude verdacht vastgehouden waarom bestelling",
    "customers": "buyers best klanten beste",
    "customer": "spent bought orders buyer klant besteld uitgegeven gekocht",
    "decisions": "waiting wait proposed approve stake proposals besluiten voorstellen wachten "
    "goedkeuring",
    "decision": "explain why proposed price reorder changed waits besluit voorstel waarom uitleg",
    "effects": "result earned worked gain effect opgeleverd resultaat",
    "approve": "accept agree yes go goedkeuren akkoord",
    "reject": "decline refuse no afwijzen weigeren",
    "revert": "undo back restore terugdraaien ongedaan",
    "price": "lower raise cheaper change set prijs verlagen verhogen wijzigen zet verlaag verhoog",
    "agents": "autonomy working agenten",
    "agent": "schedule cron runs next autonomy decisions wait agent schema",
    "run": "start execute now starten draai uitvoeren",
    "runs": "ran finished failed last gedraaid mislukt",
    "run_report": "found did report gedaan gevonden",
    "policy": "limits rules margin floor beleid regels grenzen",
    "limit": "change policy rule limiet wijzigen grens",
    "stop": "halt emergency kill brake noodstop stoppen stop",
    "findings": "security weak leak breach beveiliging lek zwakke",
    "finding": "security evidence remedy beveiliging bewijs",
    "suppress": "ignore wait accept security negeren beveiliging",
    "anomalies": "unusual strange stands out odd spike drop opvallend afwijking vreemd",
    "reports": "weekly week weekrapport rapporten",
    "report": "weekly week summary weekrapport rapport samenvatting",
    "threads": "support messages complaints questions tickets unanswered klantenservice klachten "
    "vragen berichten",
    "thread": "support conversation said wrote gesprek klacht schreef",
    "research": "new sell idea trend worth candidates nieuw verkopen idee kansen",
    "suppliers": "supplier reliable delivery leveranciers betrouwbaar levering",
    "offers": "supplier cost purchase price aanbod inkoopprijs",
    "segments": "groups audience segmenten groepen",
    "set_segment": "segment save make change rule groep segment maken wijzigen opslaan",
    "audience": "how many customers rule group doelgroep hoeveel",
    "flows": "campaign mail marketing mandate campagne",
    "messages": "mails sent letters verzonden berichten mail",
    "message_preview": "preview mail looks voorbeeld mail",
    "events": "happened history log audit changed gebeurd geschiedenis logboek",
    "who": "who changed wie wijzigde veranderde",
    "status": "currency connected fresh synchronised time valuta munt verbonden bijgewerkt",
    "sync": "read again refresh synchroniseren verversen",
    "docs": "how documentation manual setting configure hoe handleiding instellen",
    "help": "can commands kun je opdrachten",
}
# What a thing's name looks like says what is asked about.
_SHAPES = (
    (re.compile(r"\b[A-Z0-9]{2,}(?:-[A-Z0-9]+)+\b"), "sku stock product"),
    (re.compile(r"#\d+"), "order number"),
    (re.compile(r"\bdec_\w+"), "decision"),
    (re.compile(r"\brun_\w+"), "run"),
)
# What is left of the room goes to these, then to any other.
_USUAL = ("metrics", "order", "product", "orders", "decisions", "customer", "docs", "status")


def room_for(context: int) -> int | None:
    """How many tokens the tools' schemas may take; None for any number."""
    return context // SHARE if context else None


def chosen(allowed: Collection[str], text: str, used: Iterable[str], room: int) -> tuple[str, ...]:
    """The names of the tools to show, in the registry's order of names; at least one."""
    shaped = [words for shape, words in _SHAPES if shape.search(text)]
    wanted = set(words_of(" ".join((text, *shaped))))
    ranked = sorted(allowed, key=lambda name: (-_score(name, wanted), _rank(name), name))
    spoken = [name for name in ranked if _score(name, wanted) > 0]
    usual = [name for name in _USUAL if name in allowed]
    first = [name for name in dict.fromkeys(used) if name in allowed]
    taken: list[str] = []
    for name in dict.fromkeys([*first, *spoken, *usual, *ranked]):
        cost = tokens_of(name)
        if taken and cost > room:
            continue
        taken.append(name)
        room -= cost
    return tuple(sorted(taken))


@cache
def schema_of(name: str) -> Json:
    """The arguments' JSON Schema without the titles, which repeat the names."""
    bare: Json = _untitled(TOOLS[name].arguments.model_json_schema())
    return bare


@cache
def tokens_of(name: str) -> int:
    """About how many tokens a tool takes in a request."""
    told = {"name": name, "description": TOOLS[name].description, "parameters": schema_of(name)}
    return len(orjson.dumps(told)) // _CHARACTERS_PER_TOKEN


def _score(name: str, wanted: Collection[str]) -> float:
    words, rarity = _index()
    mine = words[name]
    return sum(
        rarity[word] * mine[word] / (mine[word] + _SATURATION) for word in wanted if mine[word]
    )


def _rank(name: str) -> int:
    return _USUAL.index(name) if name in _USUAL else len(_USUAL)


@cache
def _index() -> tuple[dict[str, Counter[str]], dict[str, float]]:
    words = {name: Counter(_words(tool)) for name, tool in TOOLS.items()}
    held = Counter(word for each in words.values() for word in each)
    rarity = {
        word: math.log(1 + (len(words) - number + 0.5) / (number + 0.5))
        for word, number in held.items()
    }
    return words, rarity


def _words(tool: Tool[Any]) -> Sequence[str]:
    named = " ".join((tool.name.replace("_", " "), tool.title, *tool.aliases)).replace("_", " ")
    return [
        *words_of(named) * _NAME_WEIGHT,
        *words_of(_SAID.get(tool.name, "")) * _SAID_WEIGHT,
        *words_of(f"{tool.description} {' '.join(tool.names).replace('_', ' ')}"),
    ]


def _untitled(schema: Any) -> Any:
    """Without titles; a property may be called so, its schema is an object and stays."""
    if isinstance(schema, dict):
        return {
            key: _untitled(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_untitled(each) for each in schema] if isinstance(schema, list) else schema
