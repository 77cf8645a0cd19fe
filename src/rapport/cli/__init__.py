"""The command line: one file a command group, no business rule.

Comes in: arguments, files, the terminal. Goes out: tables or JSON on stdout, progress and hints on
stderr. Owns no table. `main` loads a command's module when the command is run: `--help` is quick.
"""
