"""The finished raw data in vendors' layouts: the same company, other clothes.

A layout is a module with two constants. `TABLES` has a select for each table of the vendor, from
the contract's tables of the source, dirt included. `VIEWS` has what several of them read: one may
read those before it. `sql.py` has functions for both. Names of tables and columns are those that
the vendor's `_<vendor>__sources.yml` declares, custom fields under the project's names.
"""
