"""Autonomy: agents and runs, the ledger of decisions, the only hand that writes to vendors."""
