"""Customer value: what a customer is worth, likes, and is likely to do next.

Comes in: orders, responses and activity of the warehouse, up to an instant.
Goes out: traits per profile (`registry.run`), each with a model card; forecasts, attribution.
"""
