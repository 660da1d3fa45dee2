"""The star's tables in BigQuery: made, widened, or made anew where they cannot be widened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from royal_platform.commerce.analytics.star import STAR, STORE, StarColumn, StarTable
from royal_platform.warehouse import sql

if TYPE_CHECKING:
    from google.cloud.bigquery import Client, SchemaField, Table

_SECONDS = 60.0
# BigQuery's API answers with the older names.
_OLD_NAMES = {"INTEGER": "INT64", "BOOLEAN": "BOOL", "DECIMAL": "NUMERIC", "FLOAT": "FLOAT64"}


def prepare(client: Client, dataset: str) -> None:
    """Bring the dataset to the star. Rows of a table made anew are loaded again by every store."""
    from google.cloud import bigquery

    made = bigquery.Dataset(f"{client.project}.{dataset}")
    if client.location is not None:
        made.location = client.location
    client.create_dataset(made, exists_ok=True, timeout=_SECONDS)
    for table in STAR.values():
        _bring(client, _wanted(client, dataset, table))
    state = bigquery.Table(
        f"{client.project}.{dataset}.{sql.STATE}",
        schema=[
            bigquery.SchemaField(STORE, "STRING", mode="REQUIRED"),
            bigquery.SchemaField("document", "STRING", mode="REQUIRED"),
        ],
    )
    client.create_table(state, exists_ok=True, timeout=_SECONDS)


def _wanted(client: Client, dataset: str, table: StarTable) -> Table:
    from google.cloud import bigquery

    fields = [bigquery.SchemaField.from_api_repr(_described(column)) for column in table.columns]
    made = bigquery.Table(f"{client.project}.{dataset}.{table.name}", schema=fields)
    made.description = table.about
    made.clustering_fields = list(table.cluster)
    if table.by_day:
        made.time_partitioning = bigquery.TimePartitioning(field="day")
    return made


def _described(column: StarColumn) -> dict[str, str]:
    """The column as BigQuery's API describes it; NUMERIC(18, 4) has its digits apart."""
    kind, _, digits = sql.type_of(column, "bigquery").rstrip(")").partition("(")
    told = {
        "name": column.name,
        "type": kind,
        "mode": "REQUIRED" if column.required else "NULLABLE",
    }
    if digits:
        told["precision"], told["scale"] = digits.replace(" ", "").split(",")
    return told


def _bring(client: Client, wanted: Table) -> None:
    from google.api_core.exceptions import NotFound

    try:
        found = client.get_table(wanted.reference, timeout=_SECONDS)
    except NotFound:
        client.create_table(wanted, timeout=_SECONDS)
        return
    there = {field.name: _kind(field) for field in found.schema}
    missing = [field for field in wanted.schema if field.name not in there]
    same = all(there[f.name] == _kind(f) for f in wanted.schema if f.name in there)
    fits = same and _layout(found) == _layout(wanted) and not there.keys() - _names(wanted)
    if fits and not missing:
        return
    if fits and all(field.mode == "NULLABLE" for field in missing):
        found.schema = [*found.schema, *missing]
        client.update_table(found, ["schema"], timeout=_SECONDS)
        return
    client.delete_table(wanted, timeout=_SECONDS)
    client.create_table(wanted, timeout=_SECONDS)


def _kind(field: SchemaField) -> str:
    return _OLD_NAMES.get(field.field_type, field.field_type)


def _names(table: Table) -> set[str]:
    return {field.name for field in table.schema}


def _layout(table: Table) -> Any:
    partitioned = table.time_partitioning
    return None if partitioned is None else partitioned.field
