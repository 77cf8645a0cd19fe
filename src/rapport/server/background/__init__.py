"""The threads beside the requests: the pipeline, the loader, models, chores."""
