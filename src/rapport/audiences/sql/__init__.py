"""The same definitions in the SQL of any warehouse: one row for each person, at one instant."""
