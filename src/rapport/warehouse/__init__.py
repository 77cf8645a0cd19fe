"""Warehouse: the columnar history of every event, and SQL over it.

Comes in: outbox rows of the pipeline (Arrow), read profiles. Goes out: query answers, typed views,
Parquet. Owns the tables of `warehouse.duckdb` (schema.py) and the views over them (views.py),
`archive/`, and in `control.db` the table `loader`.
"""
