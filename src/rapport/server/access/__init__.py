"""Who may come in: users, API keys, sessions, roles, and slowing down those who guess."""
