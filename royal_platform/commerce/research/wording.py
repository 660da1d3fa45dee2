"""A model's words for an article that is proposed, grounded in what its supplier says of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from html import escape

from royal_platform.commerce.decisions.model import Evidence, Proposal
from royal_platform.commerce.language.model import Draft, Passage
from royal_platform.commerce.suppliers.model import Offer

_MARK = re.compile(r"\s*\[\d{1,3}\]")
_TAG = re.compile(r"<[^>]*>")
# A supplier's page may be a novel; a model is shown its beginning.
_LONGEST = 4_000


def task(shop: str) -> str:
    """What the model is asked to write."""
    return (
        f"Describe the article for buyers of the shop {shop}, in two to four plain sentences, in "
        "the language of its title. Say what it is and what it is for; praise nothing and promise "
        "nothing that the passages do not say."
    )


def passages(offer: Offer, supplier: str, as_of: datetime) -> tuple[Passage, ...]:
    """What the supplier says of the article: nothing else may stand in its description."""
    told = (
        ("title", offer.title),
        ("brand", offer.brand),
        ("category", offer.category),
        ("description", _TAG.sub(" ", offer.description or "")[:_LONGEST]),
    )
    return tuple(
        Passage(f"{offer.supplier_sku}:{name}", text.strip(), supplier, as_of)
        for name, text in told
        if text and text.strip()
    )


def plain(draft: Draft) -> str:
    """The words alone, as HTML that shows them as they are."""
    return escape(_MARK.sub("", draft.text).strip(), quote=False)


def worded(proposal: Proposal, words: str, now: datetime) -> Proposal:
    """``proposal`` with a model's description, told as such to whoever approves it."""
    said = Evidence(
        "description written by a language model", None, "text", "language model",
        "Each fact in it stands in the supplier's offer; read it before you approve.", now,
    )  # fmt: skip
    return replace(
        proposal,
        arguments={**proposal.arguments, "description": words},
        evidence=(*proposal.evidence, said),
    )
