"""Deterministic generator of the raw data of a made-up B2B SaaS company, with planted truth."""
