"""Tries an edited policy before it is built: checks it, says what changed, and what that would do.

`changes` compares the files with the policy of the last build; `effects` compares scores. The
commands are in `__main__`, which `make policy` runs.
"""
