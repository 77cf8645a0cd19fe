"""What a definition says: from JSON or YAML to a tree of structs, and back.

Nothing here knows of stores or people: only texts, numbers, instants and what operators do to them.
"""
