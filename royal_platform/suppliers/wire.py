"""One exchange with a supplier: guarded address, its own header, its answers as two failures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from core.outbound.client import Answer, exchange
from core.outbound.guard import AddressGuard
from core.outbound.sftp import Login, download
from royal_platform.suppliers.errors import SupplierLocked, SupplierRejected, SupplierUnavailable
from royal_platform.suppliers.schemas import Auth

_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Wire:
    """How one supplier is spoken to; ``secret`` gives the value of a secret by its name."""

    guard: AddressGuard
    auth: Auth | None = None
    secret: Callable[[str], Awaitable[str]] | None = field(default=None, repr=False)

    async def send(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        key: str | None = None,
        etag: str | None = None,
    ) -> Answer:
        """The answer, of any status below 500. Raises ``SupplierUnavailable``.

        With the ``etag`` of what is known already, 304 says that it is still so.
        """
        headers = {"Accept": "*/*"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if key is not None:
            headers["Idempotency-Key"] = key
        if etag is not None:
            headers["If-None-Match"] = etag
        if self.auth is not None and self.secret is not None:
            headers[self.auth.header] = self.auth.prefix + await self.secret(self.auth.secret)
        answer = await exchange(self.guard, method, url, headers=headers, content=content)
        if answer.status >= 500 or answer.status == 429:
            raise SupplierUnavailable(
                f"The supplier answered {answer.status}.",
                remedy="It is asked again; if it stays so, tell the supplier.",
            )
        return answer

    async def download(self, url: str, *, user: str, fingerprint: str) -> bytes:
        """A file by SFTP, with the supplier's secret as password or private key."""
        if self.auth is None or self.secret is None or not user:
            raise SupplierRejected(
                "A feed by SFTP needs a user and a secret.",
                remedy="Enter the user and the name of the secret; store its value with `royal "
                "secrets set`: a password or a private key.",
            )
        login = Login(user, await self.secret(self.auth.secret), fingerprint)
        return await download(self.guard, url, login)


def refused(answer: Answer, *, doing: str) -> SupplierRejected:
    """The refusal in the supplier's own words, cut short. They are shown, never acted on."""
    if answer.status in {401, 403}:
        return SupplierLocked(
            f"The supplier does not accept who asks ({answer.status}).",
            remedy="Check the secret named in the supplier's settings, and its header.",
        )
    said = answer.body[:_SHOWN].decode("utf-8", "replace").strip()
    return SupplierRejected(
        f"The supplier refused {doing} ({answer.status}): {said}",
        remedy="Correct what it names, or ask the supplier.",
    )
