"""Pages: what a build published, as HTML that opens from a folder, without server or network.

`sql/` has the queries on the marts, one file for each table or picture; `templates/` the pages;
`charts.py` the pictures; `assets/` style and script. `site.py` puts them together.
"""
