"""Answers put together from several stores: lists of people, live events, traces, reasons."""
