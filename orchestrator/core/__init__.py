"""Autonomy: agents and their runs, the ledger of decisions, and the only hand that writes to vendors."""
