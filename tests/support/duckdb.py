"""Answers SQL over a database of facts with DuckDB: duckdb.py DATABASE SQL, a row a line.

Exits with 77 where DuckDB or its SQLite extension (PyPI: duckdb-ext-sqlite) is not installed.
"""

import importlib.metadata
import sys

sys.path.pop(0)  # this file is called like the module
try:
    import duckdb

    files = importlib.metadata.files("duckdb-ext-sqlite")
except ImportError as missing:
    print(missing, file=sys.stderr)
    sys.exit(77)
connection = duckdb.connect()
for file in files:
    if str(file).endswith(".duckdb_extension"):
        connection.execute(f"LOAD '{file.locate()}'")
connection.execute(f"ATTACH '{sys.argv[1]}' AS f (TYPE sqlite)")
for row in connection.execute(sys.argv[2]).fetchall():
    print(*row, sep=",")
