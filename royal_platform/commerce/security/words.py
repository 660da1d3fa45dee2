"""What the security agent says: each sentence has a key and parameters, and is kept in English too.

Whoever reads another language is told by the key; whoever does not know it has the English text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import Fact, Finding

# The pages' texts hold the same sentences under ``said``, in each of their languages.
ENGLISH: Mapping[str, str] = MappingProxyType({
    "brute_force.title": "{tries} attempts to come in within an hour from {place}",
    "brute_force.remedy": "Block the network at your proxy. Sign-in links and tokens of 256 random "
    "bits are not guessed, but look whether one was let in afterwards.",
    "signature.title": "{requests} requests to /{inlet} were not signed rightly within a day",
    "signature.remedy": "If they are the store's own, the client secret was changed: connect the "
    "store again. If not, somebody forges them: nothing of them was taken in.",
    "takeover.title": "{who} was let in from {place}, where others were refused before",
    "takeover.remedy": "Ask its holder. Unless it was they who mistyped, revoke it and look at "
    "what it did.",
    "privilege.title": "A new token {who} may act as {role}",
    "privilege.remedy": "If nobody of you made it, revoke it: royal tokens revoke.",
    "idle_token.title": "The token {who} ({role}) is in force and was not used",
    "idle_token.remedy": "Revoke it: whoever needs one makes a new one in a minute.",
    "new_place.title": "{who} was used from {place} for the first time",
    "new_place.remedy": "Ask its holder whether that was they. If not, revoke it and make a new "
    "one.",
    "scope.title": "The grant has {scope} and nothing enabled needs it",
    "scope.remedy": "Take it out of the app's configuration and connect again, unless you mean to "
    "enable what needs it.",
    "velocity.title": "{order}: {orders} earlier orders of the same customer, mail, phone or "
    "address within a day",
    "velocity.remedy": "Look at the orders together before any of them is shipped; hold what is "
    "doubtful.",
    "ring.title": "{orders} orders of {customers} customers hang together",
    "ring.remedy": "Look whether it is one person with many names. A household or a parcel shop is "
    "none: suppress this finding then.",
    "unlike.title": "{order} is unlike the shop's other orders",
    "unlike.remedy": "Strange is not fraud: look at what makes it strange, then let it go or hold "
    "it.",
    "package.title": "{package} {version} has a known vulnerability",
    "package.remedy": "Update it to {fixes}.",
    "package.unmended": "No version mends it yet: do without it, or keep what reaches it away.",
    "leak.title": "{what} stands in {place}",
    "leak.named": "The secret {name} stands in {place}",
    "leak.remedy": "Renew it where it was issued, then enter the new one; the old one must be "
    "taken as known.",
    "age.title": "The secret {name} is {days} days old",
    "age.remedy": "Renew it where it was issued and enter the new one: royal secrets set.",
    # What a fact is called.
    "label.refused_in_hour": "refused within the hour",
    "label.hour": "hour",
    "label.last": "last",
    "label.refused": "refused",
    "label.from": "from",
    "label.refused_before": "refused before",
    "label.let_in": "let in",
    "label.credential": "credential",
    "label.role": "role",
    "label.made": "made",
    "label.not_used_for": "not used for",
    "label.first_seen_there": "first seen there",
    "label.requests_in_hour": "requests in that hour",
    "label.known_places": "known places",
    "label.renewed": "renewed",
    "label.kept_in": "kept in",
    "label.granted": "granted",
    "label.needed": "needed",
    "label.earlier_orders": "earlier orders within a day",
    "label.linked": "how they are linked",
    "label.same_mail": "the same mail address",
    "label.same_phone": "the same phone number",
    "label.same_address": "the same street address",
    "label.same_network": "the same network address",
    "label.strangeness": "strangeness",
    "label.advisory": "Advisory",
    "label.found_in": "found in",
    "label.digest": "SHA-256 begins with",
    # What makes an order unlike the others.
    "feature.value": "value",
    "feature.earlier_orders": "customer's earlier orders",
    "feature.hour": "hour of the day",
    "feature.orders_in_day": "orders within a day",
    "feature.at_address": "strangers at the address",
    "feature.on_network": "strangers on the network",
    "feature.failed_payments": "failed payments",
    "feature.address_differs": "billing address differs",
    "feature.name_differs": "names differ",
    "feature.throwaway_mail": "throwaway mail",
    # What a fact comes to, where that is words.
    "value.at_least_days": "at least {days} days",
    "value.share_of_why": "{share} of why",
    "value.of_one": "{score} of 1",
    "value.shares": "{one} shares its {what} with {other}",
    "value.no_chain": "not by a chain of two",
    # Where it was seen.
    "source.access_log": "access log",
    "source.credentials": "credentials",
    "source.grant": "the store's grant",
    "source.agents": "enabled agents",
    "source.orders": "the store's orders",
    "source.forest": "isolation forest",
    "source.computed": "computed",
    "place.loopback": "this machine",
    "place.unknown": "an unknown place",
    "place.elsewhere": "many networks",
    "place.event_log": "the event log",
    "place.runs": "the runs",
    "place.given_up": "the work that was given up",
    "place.store": "the encrypted store",
    "place.environment": "the environment",
    "attribute.mail": "mail address",
    "attribute.phone": "phone number",
    "attribute.address": "street address",
    "attribute.network": "network address",
    "shape.ours": "A token, session or link of this installation",
    "shape.shopify": "A Shopify access token",
    "shape.openai": "An OpenAI key",
    "shape.aws": "An AWS key id",
    "shape.github": "A GitHub token",
    "shape.sendgrid": "A SendGrid key",
    "shape.private_key": "A private key",
    "shape.password": "A password in an address",
    "shape.bearer": "A bearer credential",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence or a word of ``ENGLISH`` with its parameters, as text.

    ``terms`` names the parameters that are words themselves, each with its own key.
    """

    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """In English."""
        return ENGLISH[self.key].format_map(self.params)


def phrase(key: str, **params: str | int | Phrase) -> Phrase:
    """A phrase; a parameter that is a phrase without parameters of its own is said in words too."""
    return Phrase(
        key,
        {name: _text(each) for name, each in params.items()},
        {name: each.key for name, each in params.items() if isinstance(each, Phrase)},
    )


def finding(  # noqa: PLR0917 - as a finding has them
    check: str, subject: str, severity: Severity, title: Phrase, remedy: Phrase,
    facts: tuple[Fact, ...] = (), about: Mapping[str, Any] | None = None,
) -> Finding:  # fmt: skip
    """What a check found, in English and with what it takes to say it otherwise."""
    words = {"title": asdict(title), "remedy": asdict(remedy)}
    return Finding(
        check, subject, severity, title.text, remedy.text, facts, about or {}, words=words
    )


def fact(label: str, value: str | int | Phrase, source: Phrase | str) -> Fact:
    """A piece of evidence; ``label`` is a key. What is no phrase is said as it is."""
    parts = {"label": Phrase(label), "value": value, "source": source}
    words = {name: asdict(each) for name, each in parts.items() if isinstance(each, Phrase)}
    return Fact(Phrase(label).text, _text(value), _text(source), words=words)


def _text(part: str | int | Phrase) -> str:
    return part.text if isinstance(part, Phrase) else str(part)
