"""The facts pack: read from CSV files into typed rows, composed into records, compared with the database, loaded.

`table` and `cells` read; one module per file says what its rows are; `names`, `sentences` and `answers` put facts into
words; `sync` compares with the database and writes; `loading` goes through it all in order. `factcheck.facts` uses the
same parts for its own files, and `manage.py load_facts` runs both in one transaction.
"""
