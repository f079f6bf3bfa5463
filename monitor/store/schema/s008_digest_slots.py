"""Of readers who want a word on quiet days too: the digest moment up to which they were told."""

SQL = """
CREATE TABLE digest_slots (
    subscriber TEXT NOT NULL,
    destinations TEXT NOT NULL,
    slot TEXT NOT NULL, PRIMARY KEY (subscriber, destinations)
) STRICT, WITHOUT ROWID;
"""
