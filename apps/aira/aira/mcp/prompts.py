"""Ready-made questions for MCP clients: they name the tools, the client's model talks."""

from __future__ import annotations

from typing import Any

from fastmcp import FastMCP


def add_prompts(server: FastMCP[Any]) -> None:
    """The prompts on ``server``."""

    @server.prompt(title="The morning's review")
    def morning() -> str:
        """What happened, what waits, what runs out."""
        return (
            "Review my shop. Use `status`, `metrics` with days=7, `at_risk` and `decisions`. Tell "
            "me in a few sentences what changed against the week before, what runs out, and which "
            "decisions wait, the most money first, each with its link. Give the source and the "
            "time of every figure, and say what is not known."
        )

    @server.prompt(title="Explain a decision")
    def explain(decision: str) -> str:
        """Why a decision was proposed and what approving it would do."""
        return (
            f"Explain the decision {decision} to me with `decision`: what would change, on which "
            "evidence, what is predicted with its interval, which rules of the policy spoke, and "
            "how it is undone. Do not approve it; give me its link."
        )

    @server.prompt(title="Consider a price")
    def consider_price(product: str, price: str) -> str:
        """What is known about a product before its price is changed, then the proposal."""
        return (
            f"I think of selling {product} for {price}. Use `product` and `forecast` to say what "
            "it costs, sells and earns now and why its price is what it is. Ask me whether to go "
            "on; only then propose it with `price` and give me the decision's link."
        )
