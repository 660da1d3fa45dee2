"""The relational store of the business: tables, migrations and repositories scoped to one store."""
