"""Dashboards by e-mail: who gets which when, the letter, and sending it.

Comes in: schedules of dashboards, kept in control.db, and the answers of their cards. Goes out: one
message for each address and time, by the SMTP server of the settings.
"""
