"""The warehouse: the store's history as a star, in DuckDB beside us or in BigQuery."""
