"""Two failures: the supplier does not answer now, or it answers and says no."""

from __future__ import annotations

from core.errors import Invalid, Unavailable


class SupplierUnavailable(Unavailable):
    """Nothing, or a server error: trying again later may work."""

    title, slug = "Supplier unavailable", "supplier-unavailable"


class SupplierRejected(Invalid):
    """The supplier refused, or sent what cannot be read; the text says which."""

    title, slug = "Supplier refused", "supplier-refused"


class SupplierLocked(SupplierRejected):
    """The supplier does not let us in: nothing else will be answered either."""
