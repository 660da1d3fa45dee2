"""What support does to orders for those who ask; money and words have limits of their own."""

from __future__ import annotations

from royal_platform.commerce.decisions.addresses import READDRESS
from royal_platform.commerce.decisions.discounts import DISCOUNT
from royal_platform.commerce.decisions.exchanges import EXCHANGE
from royal_platform.commerce.decisions.fulfilment import CANCEL
from royal_platform.commerce.decisions.replacements import RESHIP
from royal_platform.commerce.decisions.returns import RETURN

# Counted together against the caps of an order, a customer and a day, when a thread asked for it.
HELPING = (CANCEL, READDRESS, RETURN, DISCOUNT, RESHIP, EXCHANGE)
# What makes lines of an order good: while one of them stands, the same line is not made good again.
MAKING_GOOD = (RESHIP, EXCHANGE)
