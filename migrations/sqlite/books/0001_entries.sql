-- The books of the sandbox providers. Times are microseconds since 1970, keys are UUIDs as text.

CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    effect TEXT NOT NULL,
    key TEXT NOT NULL,
    body_sha256 TEXT NOT NULL,
    object TEXT NOT NULL,
    amount_minor INTEGER,
    currency TEXT,
    scenario TEXT,
    CHECK ((amount_minor IS NULL) = (currency IS NULL))
) STRICT;

-- Each also holds the seq, as every index of SQLite does: entries come out in order without sorting.
CREATE INDEX entry_by_reference ON entry (reference);
CREATE INDEX entry_by_key ON entry (key);

CREATE TRIGGER entry_is_never_changed BEFORE UPDATE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the books are append-only');
END;

CREATE TRIGGER entry_is_never_deleted BEFORE DELETE ON entry
BEGIN
    SELECT RAISE(ABORT, 'the books are append-only');
END;

-- Requests that were sent, have not arrived yet, and will arrive whether or not anybody still waits for them.
CREATE TABLE delayed (
    provider TEXT NOT NULL,
    key TEXT NOT NULL,
    reference TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    body_sha256 TEXT NOT NULL,
    request TEXT NOT NULL,
    PRIMARY KEY (provider, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX delayed_by_reference ON delayed (reference);

-- How often a test scenario was asked, for those that fail the first few times.
CREATE TABLE asked (
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    operation TEXT NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (provider, reference, operation)
) STRICT, WITHOUT ROWID;
