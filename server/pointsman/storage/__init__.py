"""The one SQLite file: ledger, record of answers, cache, events. The only floor that imports aiosqlite or sqlite3."""
