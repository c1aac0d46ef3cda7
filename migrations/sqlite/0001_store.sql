-- The store: sagas, their ledger, orders, stock and the outbox.
--
-- Times are microseconds since 1970 in UTC, truths are 0 or 1, and columns that hold JSON hold it in canonical form.
-- Large columns come last, so that the small ones are read without following a row's overflow pages.
--
-- No foreign keys: each would cost a search at every insert, and the saga protocol, which every store shares, already
-- says which rows need which others. Rows that hold JSON are kept by rowid: new ones are appended.
--
-- Checks of names are chains of OR: for an IN of more than two, SQLite builds a table of the names at every change.

CREATE TABLE meta (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    directory_id  TEXT    NOT NULL,
    deployment_id TEXT    NOT NULL,
    -- The time of the latest transaction that changed something: no later one has an earlier time.
    last_now      INTEGER NOT NULL
) STRICT;

CREATE TABLE sagas (
    id              TEXT    NOT NULL PRIMARY KEY,
    saga            TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    unwinder        TEXT,
    unwinds         INTEGER NOT NULL CHECK (unwinds >= 0),
    created         INTEGER NOT NULL,
    deadline        INTEGER NOT NULL,
    unwinding_since INTEGER,
    ended           INTEGER,
    input_sha256    TEXT    NOT NULL,
    reason          TEXT,
    input           TEXT    NOT NULL,
    CHECK (state = 'forward' OR state = 'unwinding' OR state = 'committed' OR state = 'compensated'
        OR state = 'stuck')
) STRICT;

-- Most sagas are committed: a page of those, as of all, is found along the primary key. The others are few among many.
CREATE INDEX sagas_open ON sagas (id) WHERE state IN ('forward', 'unwinding');
CREATE INDEX sagas_compensated ON sagas (id) WHERE state = 'compensated';
CREATE INDEX sagas_stuck ON sagas (id) WHERE state = 'stuck';

CREATE TABLE ledger (
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
        OR undo = 'never_started' OR undo = 'was_refused'),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
) STRICT;

CREATE INDEX ledger_leased ON ledger (saga) WHERE lease_token IS NOT NULL;
CREATE INDEX ledger_owed ON ledger (saga, position) WHERE best_effort = 1 AND status = 'started';

CREATE TABLE orders (
    id             TEXT    NOT NULL PRIMARY KEY,
    status         TEXT    NOT NULL,
    currency       TEXT    NOT NULL,
    total_minor    INTEGER,
    total_currency TEXT,
    created        INTEGER NOT NULL,
    body_sha256    TEXT    NOT NULL,
    -- Personal, as is the payment method: these can be erased.
    customer_id    TEXT    NOT NULL,
    customer_email TEXT    NOT NULL,
    customer_phone TEXT,
    payment_method TEXT    NOT NULL,
    priced         TEXT    NOT NULL,
    lines          TEXT    NOT NULL,
    CHECK (status = 'received' OR status = 'accepted' OR status = 'cancelled'),
    CHECK ((total_minor IS NULL) = (total_currency IS NULL))
) STRICT;

-- Rows live for a moment; the index gives their order.
CREATE TABLE outbox (
    machine TEXT    NOT NULL,
    run     TEXT    NOT NULL,
    saga    TEXT    NOT NULL,
    created INTEGER NOT NULL,
    input   TEXT    NOT NULL,
    PRIMARY KEY (machine, run)
) STRICT, WITHOUT ROWID;

CREATE INDEX outbox_oldest ON outbox (created);

CREATE TABLE products (
    sku            TEXT    NOT NULL PRIMARY KEY,
    name           TEXT    NOT NULL,
    price_minor    INTEGER NOT NULL,
    price_currency TEXT    NOT NULL,
    stocked        INTEGER NOT NULL,
    free           INTEGER NOT NULL CHECK (free BETWEEN 0 AND stocked)
) STRICT, WITHOUT ROWID;

CREATE TABLE reservations (
    saga     TEXT    NOT NULL,
    sku      TEXT    NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0),
    released INTEGER NOT NULL CHECK (released IN (0, 1)),
    PRIMARY KEY (saga, sku)
) STRICT, WITHOUT ROWID;

CREATE INDEX reservations_held ON reservations (sku, quantity) WHERE released = 0;
