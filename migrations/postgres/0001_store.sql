-- The store on PostgreSQL: sagas, their ledger, orders, stock, the outbox, and what people decided.
--
-- Migrations are forward-only, and the previous version of the program may still be running while one is applied and
-- afterwards: they only add. A new column is nullable or has a default, nothing is renamed or dropped before no program
-- that uses it is left, and a large table's index is made concurrently, in a migration of its own.
--
-- Times are microseconds since 1970 in UTC. JSON is text in canonical form: jsonb would change numbers. Texts compare
-- by bytes (collation "C"), as in the other stores; what they hold is escaped, because PostgreSQL keeps no U+0000.

CREATE TABLE meta (
    id            INTEGER PRIMARY KEY CHECK (id = 1),
    deployment_id TEXT NOT NULL
);

-- The time of the latest transaction, by all clocks: no later one has an earlier time.
CREATE SEQUENCE amends_time AS BIGINT;

CREATE FUNCTION amends_now(clock BIGINT) RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    turn BIGINT := nextval('amends_time');
    wall BIGINT := coalesce(clock, (extract(epoch FROM clock_timestamp()) * 1000000)::BIGINT);
BEGIN
    IF wall > turn THEN
        PERFORM setval('amends_time', greatest(wall, (SELECT last_value FROM amends_time)));
        RETURN wall;
    END IF;
    RETURN turn;
END $$;

CREATE TABLE sagas (
    id              TEXT COLLATE "C" PRIMARY KEY,
    saga            TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL
        CHECK (state IN ('forward', 'unwinding', 'committed', 'compensated', 'stuck')),
    unwinder        TEXT COLLATE "C",
    unwinds         BIGINT  NOT NULL CHECK (unwinds >= 0),
    created         BIGINT  NOT NULL,
    deadline        BIGINT  NOT NULL,
    unwinding_since BIGINT,
    ended           BIGINT,
    input_sha256    TEXT COLLATE "C" NOT NULL,
    engine          TEXT COLLATE "C",
    repairing       BOOLEAN NOT NULL,
    announce        BOOLEAN NOT NULL,
    restored        TEXT COLLATE "C" CHECK (restored IN ('copied', 'recovered')),
    reason          TEXT COLLATE "C",
    input           TEXT COLLATE "C" NOT NULL
);

CREATE INDEX sagas_open ON sagas (id) WHERE state IN ('forward', 'unwinding') OR repairing;
CREATE INDEX sagas_announce ON sagas (id) WHERE announce;
CREATE INDEX sagas_compensated ON sagas (id) WHERE state = 'compensated';
CREATE INDEX sagas_stuck ON sagas (id) WHERE state = 'stuck';

CREATE TABLE ledger (
    saga          TEXT COLLATE "C" NOT NULL,
    step          TEXT COLLATE "C" NOT NULL,
    position      BIGINT  NOT NULL CHECK (position >= 0),
    best_effort   BOOLEAN NOT NULL,
    status        TEXT COLLATE "C" NOT NULL
        CHECK (status IN ('started', 'done', 'refused', 'undoing', 'undone', 'parked')),
    lease_token   BIGINT,
    lease_until   BIGINT,
    execute_until BIGINT,
    undo_until    BIGINT,
    in_doubt      BOOLEAN NOT NULL,
    attempts      BIGINT  NOT NULL CHECK (attempts >= 0),
    undo_attempts BIGINT  NOT NULL CHECK (undo_attempts >= 0),
    started       BIGINT,
    finished      BIGINT,
    undoing       BIGINT,
    settled       BIGINT,
    undo          TEXT COLLATE "C"
        CHECK (undo IN ('reversed', 'nothing_happened', 'nothing_found', 'never_started', 'was_refused', 'resolved',
            'accepted')),
    reason        TEXT COLLATE "C",
    undo_reason   TEXT COLLATE "C",
    objects       TEXT COLLATE "C" NOT NULL,
    output        TEXT COLLATE "C",
    input         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (saga, step),
    CHECK ((lease_token IS NULL) = (lease_until IS NULL))
);

CREATE INDEX ledger_leased ON ledger (saga, position) WHERE lease_token IS NOT NULL;
CREATE INDEX ledger_owed ON ledger (saga, position) WHERE best_effort AND status = 'started';
CREATE INDEX ledger_parked ON ledger (saga, position) WHERE status = 'parked';

CREATE TABLE orders (
    id              TEXT COLLATE "C" PRIMARY KEY,
    status          TEXT COLLATE "C" NOT NULL CHECK (status IN ('received', 'accepted', 'cancelled')),
    currency        TEXT COLLATE "C" NOT NULL,
    total_minor     BIGINT,
    total_currency  TEXT COLLATE "C",
    created         BIGINT NOT NULL,
    body_sha256     TEXT COLLATE "C" NOT NULL,
    -- Personal, as is the payment method: these can be erased.
    customer_id     TEXT COLLATE "C" NOT NULL,
    customer_email  TEXT COLLATE "C" NOT NULL,
    customer_phone  TEXT COLLATE "C",
    payment_method  TEXT COLLATE "C" NOT NULL,
    idempotency_key TEXT COLLATE "C" UNIQUE,
    placed_by       TEXT COLLATE "C" NOT NULL,
    erased          BIGINT,
    priced          TEXT COLLATE "C" NOT NULL,
    lines           TEXT COLLATE "C" NOT NULL,
    CHECK ((total_minor IS NULL) = (total_currency IS NULL))
);

CREATE INDEX orders_newest ON orders (created, id);
CREATE INDEX orders_of_customer ON orders (customer_id, created, id);

CREATE TABLE outbox (
    machine       TEXT COLLATE "C" NOT NULL,
    run           TEXT COLLATE "C" NOT NULL,
    saga          TEXT COLLATE "C" NOT NULL,
    created       BIGINT NOT NULL,
    engine        TEXT COLLATE "C",
    claimed_until BIGINT,
    input         TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (machine, run)
);

CREATE INDEX outbox_oldest ON outbox (created, machine, run);

CREATE TABLE products (
    sku            TEXT COLLATE "C" PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL,
    price_minor    BIGINT NOT NULL,
    price_currency TEXT COLLATE "C" NOT NULL,
    stocked        BIGINT NOT NULL,
    free           BIGINT NOT NULL CHECK (free BETWEEN 0 AND stocked),
    pruned         BIGINT NOT NULL CHECK (pruned >= 0)
);

CREATE TABLE reservations (
    saga     TEXT COLLATE "C" NOT NULL,
    sku      TEXT COLLATE "C" NOT NULL,
    quantity BIGINT  NOT NULL CHECK (quantity >= 0),
    released BOOLEAN NOT NULL,
    PRIMARY KEY (saga, sku)
);

CREATE INDEX reservations_held ON reservations (sku) WHERE NOT released;

-- It only grows.
CREATE TABLE audit_log (
    seq    BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT COLLATE "C" NOT NULL,
    action TEXT COLLATE "C" NOT NULL,
    saga   TEXT COLLATE "C",
    step   TEXT COLLATE "C",
    why    TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C" NOT NULL
);

CREATE INDEX audit_log_of_saga ON audit_log (saga, seq) WHERE saga IS NOT NULL;

CREATE FUNCTION amends_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is never changed';
END $$;

CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
FOR EACH STATEMENT EXECUTE FUNCTION amends_refuse_change();

CREATE TABLE engines (
    engine TEXT COLLATE "C" PRIMARY KEY,
    beats  BIGINT NOT NULL CHECK (beats > 0)
);

CREATE TABLE stubs (
    id          TEXT COLLATE "C" PRIMARY KEY,
    body_sha256 TEXT COLLATE "C" NOT NULL,
    verdict     TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('committed', 'compensated', 'stuck')),
    created     BIGINT NOT NULL,
    ended       BIGINT NOT NULL
);
