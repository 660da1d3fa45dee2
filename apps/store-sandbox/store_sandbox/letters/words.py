"""How customers put it: several ways for each wish, in Dutch and in English."""

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, tuple[tuple[str, str], ...]]] = {
    "where": {
        "en": (
            ("Where is my order?", ("Hi,\n\nI ordered {what} a while ago ({order}) and it is not "
             "here yet. Can you tell me where the parcel is?\n\n{name}")),
            ("Order {order}", ("Hello, when will {order} be delivered? I would like to know when I "
             "have to be at home.\n\nRegards,\n{name}")),
        ),
        "nl": (
            ("Waar blijft mijn bestelling?", ("Hallo,\n\nIk heb {what} besteld ({order}) en nog "
             "niets ontvangen. Kunt u zeggen waar mijn pakket is?\n\n{name}")),
            ("Bestelling {order}", ("Goedemiddag, wanneer wordt {order} bezorgd? Dan zorg ik dat "
             "er iemand thuis is.\n\nGroet,\n{name}")),
        ),
    },
    "damaged": {
        "en": (
            ("Arrived broken", ("Hello,\n\nThe parcel of {order} came today, but the {what} is "
             "damaged. What can we do about it?\n\n{name}")),
            ("{order} is damaged", ("Very disappointing. I unpacked {what} and it is broken. I "
             "want a new one or my money back.\n\n{name}")),
        ),
        "nl": (
            ("Kapot aangekomen", ("Hallo,\n\nVandaag kwam {order} binnen, maar {what} is "
             "beschadigd. Hoe lossen we dit op?\n\n{name}")),
            ("Beschadigd artikel {order}", ("Wat een teleurstelling: {what} was kapot toen ik het "
             "uitpakte. Ik wil graag een nieuwe of mijn geld terug.\n\n{name}")),
        ),
    },
    "size": {
        "en": (
            ("Wrong size", ("Hi, the {what} from {order} does not fit. Can I exchange it for a "
             "larger size?\n\nThanks,\n{name}")),
            ("Exchange {order}", ("Hello, {what} is too big. How do I swap it for a smaller "
             "one?\n\n{name}")),
        ),
        "nl": (
            ("Verkeerde maat", ("Hoi, {what} uit {order} past niet. Kan ik het ruilen voor een "
             "grotere maat?\n\nAlvast bedankt,\n{name}")),
            ("Ruilen {order}", ("Hallo, {what} is te groot. Hoe kan ik het omruilen voor een "
             "kleinere?\n\n{name}")),
        ),
    },
    "return": {
        "en": (
            ("Sending something back", ("Hello, I would like to return {what} from {order}. How "
             "does that work and who pays for the parcel?\n\n{name}")),
        ),
        "nl": (
            ("Retour sturen", ("Hallo, ik wil {what} uit {order} graag terugsturen. Hoe werkt dat "
             "en wie betaalt het pakket?\n\n{name}")),
        ),
    },
    "cancel": {
        "en": (
            ("Please cancel {order}", ("Hi, I ordered by mistake. Could you cancel {order} before "
             "it is sent?\n\n{name}")),
        ),
        "nl": (
            ("Bestelling {order} annuleren", ("Hallo, ik heb me vergist. Kunt u {order} annuleren "
             "voordat het wordt verstuurd?\n\n{name}")),
        ),
    },
}  # fmt: skip
