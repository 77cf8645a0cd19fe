"""The hot path: log → decode → dedupe → gate → identify → profile → outbox.

Comes in: records of the log. Goes out: rows for the warehouse. One transaction of state.db a step.
Owns the tables `progress`, `ledger`, `outbox` and `controls`. The http process reads through
`rapport.pipeline_reads`.
"""

from rapport.pipeline.lock import PipelineLock
from rapport.pipeline.run import Pipeline

__all__ = ["Pipeline", "PipelineLock"]
