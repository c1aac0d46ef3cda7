-- What the order service, several coordinators and people who repair need.

ALTER TABLE sagas ADD COLUMN engine    TEXT;
ALTER TABLE sagas ADD COLUMN repairing INTEGER NOT NULL DEFAULT 0 CHECK (repairing IN (0, 1));
ALTER TABLE sagas ADD COLUMN announce  INTEGER NOT NULL DEFAULT 0 CHECK (announce IN (0, 1));
ALTER TABLE sagas ADD COLUMN restored  TEXT CHECK (restored IS NULL OR restored = 'copied' OR restored = 'recovered');

-- A stuck saga that is being repaired is open again.
DROP INDEX sagas_open;
CREATE INDEX sagas_open ON sagas (id) WHERE (state IN ('forward', 'unwinding') OR repairing = 1);
CREATE INDEX sagas_announce ON sagas (id) WHERE announce = 1;

-- The table is made anew because a check cannot be changed: a person may have resolved or accepted what was parked.
CREATE TABLE ledger_with_decisions (
    saga          TEXT    NOT NULL,
    step          TEXT    NOT NULL,
    position      INTEGER NOT NULL CHECK (position >= 0),
    best_effort   INTEGER NOT NULL CHECK (best_effort IN (0, 1)),
    status        TEXT    NOT NULL,
    lease_token   INTEGER,
    lease_until   INTEGER,
    execute_until INTEGER,
    undo_until    INTEGER,
    in_doubt      INTEGER NOT NULL CHECK (in_doubt IN (0, 1)),
    attempts      INTEGER NOT NULL CHECK (attempts >= 0),
    undo_attempts INTEGER NOT NULL CHECK (undo_attempts >= 0),
    started       INTEGER,
    finished      INTEGER,
    undoing       INTEGER,
    settled       INTEGER,
    undo          TEXT,
    reason        TEXT,
    undo_reason   TEXT,
    objects       TEXT    NOT NULL,
    output        TEXT,
    input         TEXT    NOT NULL,
    PRIMARY KEY (saga, step),
    CHECK (status = 'started' OR status = 'done' OR status = 'refused' OR status = 'undoing' OR status = 'undone'
        OR status = 'parked'),
    CHECK (undo IS NULL OR undo = 'reversed' OR undo = 'nothing_happened' OR undo = 'nothing_found'
        OR undo = 'never_started' OR undo = 'was_refused' OR undo = 'resolved' OR undo = 'accepted'),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
) STRICT;
INSERT INTO ledger_with_decisions SELECT * FROM ledger;
DROP TABLE ledger;
ALTER TABLE ledger_with_decisions RENAME TO ledger;

CREATE INDEX ledger_leased ON ledger (saga) WHERE lease_token IS NOT NULL;
CREATE INDEX ledger_owed ON ledger (saga, position) WHERE best_effort = 1 AND status = 'started';
CREATE INDEX ledger_parked ON ledger (saga, position) WHERE status = 'parked';

ALTER TABLE orders ADD COLUMN idempotency_key TEXT;
ALTER TABLE orders ADD COLUMN placed_by       TEXT NOT NULL DEFAULT '';
ALTER TABLE orders ADD COLUMN erased          INTEGER;

CREATE UNIQUE INDEX orders_key ON orders (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX orders_newest ON orders (created, id);
CREATE INDEX orders_of_customer ON orders (customer_id, created, id);

ALTER TABLE outbox ADD COLUMN engine        TEXT;
ALTER TABLE outbox ADD COLUMN claimed_until INTEGER;

ALTER TABLE products ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0 CHECK (pruned >= 0);

-- It only grows.
CREATE TABLE audit_log (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    actor  TEXT    NOT NULL,
    action TEXT    NOT NULL,
    saga   TEXT,
    step   TEXT,
    why    TEXT    NOT NULL,
    detail TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_log_of_saga ON audit_log (saga, seq) WHERE saga IS NOT NULL;

CREATE TRIGGER audit_log_is_never_changed BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END;
CREATE TRIGGER audit_log_is_never_shortened BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit log is never shortened'); END;

CREATE TABLE engines (
    engine TEXT    NOT NULL PRIMARY KEY,
    beats  INTEGER NOT NULL CHECK (beats > 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE stubs (
    id          TEXT    NOT NULL PRIMARY KEY,
    body_sha256 TEXT    NOT NULL,
    verdict     TEXT    NOT NULL CHECK (verdict = 'committed' OR verdict = 'compensated' OR verdict = 'stuck'),
    created     INTEGER NOT NULL,
    ended       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
