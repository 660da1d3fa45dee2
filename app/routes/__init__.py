"""The coordinator's routes: each parses its input, makes one call and renders the answer."""

from app.routes import (
    agents,
    connections,
    customers,
    dead_letters,
    decisions,
    effects,
    empire,
    engine,
    inventory,
    live,
    marketing,
    orders,
    policies,
    products,
    research,
    runs,
    segments,
    session,
    store_connection,
    suppliers,
)

APIS = (
    agents.api,
    research.api,
    runs.api,
    dead_letters.api,
    engine.api,
    decisions.api,
    effects.api,
    empire.api,
    products.api,
    inventory.api,
    orders.api,
    customers.api,
    segments.api,
    live.api,
    marketing.api,
    policies.api,
    connections.api,
    session.api,
    store_connection.api,
    suppliers.api,
)

__all__ = ["APIS"]
