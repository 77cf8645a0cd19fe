"""Insights: typed questions about many people, and their answers.

Comes in: a question (funnel, retention, trend, ...), the warehouse's history.
Goes out: the answer, the people behind each number, and why a person was (not) counted.
"""
