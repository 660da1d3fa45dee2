"""An app's opinion of how risky an order is."""

import json
from typing import Any

from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse

_MOST_FACTS = 20


def assess(write: Write, args: dict[str, Any]) -> Payload:
    """`orderRiskAssessmentCreate`: one per app and order; the newest counts."""
    given = args["orderRiskAssessmentInput"]
    at = ["orderRiskAssessmentInput"]
    row = write.row("orders", parse_gid(given["orderId"], "Order"))
    if row is None:
        raise refuse([*at, "orderId"], "The order could not be found.", "NOT_FOUND")
    if row["fulfillment_status"] == "FULFILLED":
        message = "The order has already been fulfilled."
        raise refuse([*at, "orderId"], message, "ORDER_ALREADY_FULFILLED")
    if len(given["facts"]) > _MOST_FACTS:
        message = f"There are too many facts; at most {_MOST_FACTS} are allowed."
        raise refuse([*at, "facts"], message, "TOO_MANY_FACTS")
    facts = [
        {"description": one["description"], "sentiment": one["sentiment"]} for one in given["facts"]
    ]
    number = write.tx.next_ids("risk_assessments")[0]
    write.tx.connection.execute(
        "INSERT OR REPLACE INTO risk_assessments VALUES (?, ?, ?, ?, ?, ?)",
        (number, row["id"], write.client_id, given["riskLevel"], json.dumps(facts), write.tx.now),
    )
    write.tx.update("orders", row["id"], {})
    write.tx.changed("orders/risk_assessment_changed", row["id"])
    write.tx.changed("orders/updated", row["id"])
    after = {"riskLevel": given["riskLevel"]}
    write.journal(gid("Order", row["id"]) or "", None, after)
    return {"orderRiskAssessment": {**after, "facts": facts, "provider": None}, "userErrors": []}
