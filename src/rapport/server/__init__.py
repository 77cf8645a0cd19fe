"""In: every HTTP request, and `rapport up`. Out: the same requests answered by the rooms.

Composition only: starting and stopping the two processes, authentication, the management API, the
console's files, metrics, backup and doctor. Owns the tables `api_keys`, `users`, `sessions` and
`login_links` of control.db. No business rule lives here.
"""
