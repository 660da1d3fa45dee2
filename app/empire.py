"""The seven agents this installation starts with."""

from __future__ import annotations

from orchestrator.core.agent_registry import AgentCapability as Can
from orchestrator.core.agent_registry import Registration

SEVEN = (
    Registration(
        "product_research",
        "Product research",
        "product_research",
        (Can.PRODUCT_RESEARCH, Can.DATA_COLLECTION),
        "Compares suppliers' offers and the shop's own demand to find what is worth selling.",
        cron="0 4 * * *",
    ),
    Registration(
        "inventory_pricing",
        "Inventory and pricing",
        "inventory_pricing",
        (Can.INVENTORY_MANAGEMENT, Can.PRICING_OPTIMIZATION),
        "Forecasts demand, proposes prices by expected contribution and reorders by lead time.",
        cron="0 6 * * *",
    ),
    Registration(
        "marketing_automation",
        "Marketing automation",
        "marketing_automation",
        (Can.MARKETING_AUTOMATION,),
        "Segments customers, recovers abandoned checkouts and measures what messages change.",
        cron="*/30 * * * *",
    ),
    Registration(
        "order_fulfillment",
        "Order fulfilment",
        "order_fulfillment",
        (Can.ORDER_FULFILLMENT,),
        "Scores orders for risk, routes them to suppliers and follows the parcels.",
        cron="20 * * * *",
    ),
    Registration(
        "analytics",
        "Analytics",
        "analytics",
        (Can.ANALYTICS, Can.DATA_COLLECTION),
        "Explains what moved the shop's figures, foretells them and reports every week.",
        cron="20 * * * *",
    ),
    Registration(
        "customer_support",
        "Customer support",
        "customer_support",
        (Can.CUSTOMER_SUPPORT,),
        "Drafts answers to customers from their orders and the shop's rules.",
        cron="*/15 * * * *",
    ),
    Registration(
        "security",
        "Security",
        "security",
        (Can.SECURITY,),
        "Watches orders for fraud and the installation for weaknesses.",
        cron="20 3 * * *",
    ),
)
