"""Tries things on a copy of the last build (`copies`), which stays as it is.

An edited policy is checked before it is built; then `changes` compares the files with the policy of
the last build, and `effects` compares scores. The commands are in `__main__`, which `make policy`
runs. `score_changes`, which `make changes` runs, explains scores of any two days.
"""
