"""Erases a person or an account from all that the project keeps (`make purge`).

`tombstones.py` keeps who may not come back, `databases.py` finds and erases rows, `raw_data.py`
looks into the company's files, and `purge.py` does one purge, in an order that stands a kill.
"""
