"""The words of a reply as mail: plain paragraphs, how to say whether it helped, what it answers."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from core.errors import NotFound
from royal_platform.commerce.messages.model import Rendered
from royal_platform.messaging.unsubscribing import Links

SCORES = (1, 2, 3, 4, 5)
_ASKED = {"en": "How did we do?", "nl": "Hoe hebben we het gedaan?"}


@dataclass(frozen=True, slots=True)
class Ratings:
    """Makes and reads links by which a customer says how well a reply helped, without a login."""

    base: str
    key: bytes = field(repr=False)

    def to(self, store_id: str, thread_id: str, score: int) -> str:
        """The link for one score."""
        told = f"{store_id}.{thread_id}.{score}"
        return f"{self.base}/rate/{told}.{self._seal(told)}"

    def read(self, token: str) -> tuple[str, str, int]:
        """Store, thread and score of a link's last part. Raises ``NotFound``."""
        told, _, seal = token.rpartition(".")
        parts = told.split(".")
        if len(parts) != 3 or not hmac.compare_digest(seal.encode(), self._seal(told).encode()):
            raise NotFound("This link is not one of ours.", remedy="Open it from the mail, whole.")
        return parts[0], parts[1], int(parts[2])

    def _seal(self, told: str) -> str:
        # The key also seals other links: what is sealed says what it is for.
        digest = hmac.new(self.key, f"rate:{told}".encode(), sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode()


def ratings_of(links: Links) -> Ratings:
    """The rating links beside the unsubscribe links of the same installation."""
    return Ratings(links.base, links.key)


def reply_content(subject: str, text: str, language: str, links: dict[int, str]) -> Rendered:
    """The reply as it is read; ``links`` by score, none where nothing is asked."""
    title = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    asked = _ASKED.get(language.partition("-")[0].lower(), _ASKED["en"])
    paragraphs = [f"<p>{_broken(each)}</p>" for each in text.split("\n\n")]
    plain = [text]
    if links:
        anchors = " ".join(f'<a href="{escape(url)}">{n}</a>' for n, url in links.items())
        paragraphs.append(f"<p>{asked} {anchors}</p>")
        plain.append("\n".join([asked, *(f"{n}: {url}" for n, url in links.items())]))
    return Rendered(" ".join(title.split()), "".join(paragraphs), "\n\n".join(plain) + "\n")


def _broken(paragraph: str) -> str:
    return escape(paragraph).replace("\n", "<br>")
