"""The two failures of a carrier: not now, and not at all."""

from __future__ import annotations

from core.errors import Invalid, Unavailable


class MailUnavailable(Unavailable):
    """The carrier did not take it now; ``maybe_taken`` when its answer was lost."""

    def __init__(self, detail: str, *, maybe_taken: bool = False) -> None:
        super().__init__(detail, remedy="It is tried again; look at the mail server if it stays.")
        self.maybe_taken = maybe_taken


class MailRejected(Invalid):
    """The carrier refused it for good; ``bounced`` when the address is the reason."""

    def __init__(self, detail: str, *, remedy: str, bounced: bool = False) -> None:
        super().__init__(detail, remedy=remedy)
        self.bounced = bounced
