"""Definitions kept up to date event by event: what is remembered of each person, and asked again.

Events come in through `matching`, what they leave is kept by `memory`, `compiling` answers from it
and `evaluating` writes down what changed.
"""
