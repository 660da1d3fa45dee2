"""Fakes of the language ports: people by list, a log in memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import PersonalField, PersonalValue, Sent


@dataclass
class KnownPeople:
    """Names by list."""

    names: tuple[str, ...] = ()

    def named_in(self, text: str) -> list[PersonalValue]:
        read = folded(text)
        return [
            PersonalValue(PersonalField.NAME, name) for name in self.names if folded(name) in read
        ]


@dataclass
class KeptLog:
    """What was sent, in memory."""

    sent: list[Sent] = field(default_factory=list)

    def record(self, sent: Sent) -> None:
        self.sent.append(sent)
