"""Which language a message is in, by the small words that every sentence of a language needs."""

from __future__ import annotations

import re

UNDETERMINED = "und"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SMALL = {
    "nl": """de het een en van ik je jij u uw we wij jullie zij is ben bent was waren wordt worden
        zijn heb hebt heeft hebben had niet geen maar dat die dit deze er hier mijn om op aan voor
        met naar bij uit over ook nog wel al dan als of wat waar wanneer hoe waarom wie kan kunt
        kunnen wil willen mag moet graag hoi hallo beste bedankt dank goed weer meer terug na te
        door tot zo iets niets alles gekregen bestelling pakket geld retour""",
    "en": """the a an and of i you your we they is am are was were be been have has had do does did
        not no but that this these those there here my on at for with to from by out about also
        still already then if or what where when how why who can could will would may must please
        hi hello dear thanks thank good again more back after it its me him them so some nothing
        everything got order parcel package money return""",
    "de": """der die das ein eine und von ich du sie wir ihr ist bin sind war waren wird werden habe
        hat haben nicht kein keine aber dass diese dieser hier mein meine um auf an für mit nach bei
        aus über auch noch schon dann wenn oder was wo wann wie warum wer kann können möchte bitte
        hallo danke gut wieder mehr zurück bestellung paket geld""",
    "fr": """le la les un une des et de du je tu vous nous ils est suis sont était être ai as avez
        ont pas ne mais que qui ce cette ces ici mon ma mes sur à pour avec chez par dans aussi
        encore déjà alors si ou où quand comment pourquoi peux pouvez voudrais bonjour merci bien
        commande colis argent retour""",
    "es": """el la los las un una y de del yo tú usted nosotros es soy son era ser he ha han no pero
        que este esta aquí mi mis en a para con por desde también todavía ya entonces si o qué dónde
        cuándo cómo quién puedo puede quiero hola gracias bien pedido paquete dinero""",
}
_OWN = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_SURE_LEAD = 1


def language_of(text: str) -> str:
    """``nl``, ``en``, ``de``, ``fr`` or ``es``; ``und`` when no language leads.

    A word that two languages share counts for both, so only their own words decide.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    counts = {language: sum(word in own for word in words) for language, own in _OWN.items()}
    (best, most), (_, second) = sorted(counts.items(), key=lambda each: -each[1])[:2]
    return best if most - second >= _SURE_LEAD else UNDETERMINED
