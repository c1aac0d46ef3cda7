-- What the Step Functions API knows beside the executions themselves.
-- Times are microseconds since 1970-01-01T00:00:00Z. Configurations are the JSON of the API.

CREATE TABLE identity (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    -- What every file of the data directory is marked with: a journal of another directory is refused.
    directory BLOB NOT NULL CHECK (length(directory) = 16)
) STRICT;

INSERT INTO identity (id, directory) VALUES (1, randomblob(16));

CREATE TABLE machine (
    -- Never used again: executions of a deleted state machine keep its number.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL CHECK (type IN ('STANDARD', 'EXPRESS')),
    created INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    -- A number is given to one version only, also after that version was deleted.
    next_version INTEGER NOT NULL DEFAULT 1,
    -- How it was created: a repetition of that request is answered as the first one was.
    created_published INTEGER NOT NULL,
    created_description TEXT
) STRICT;

CREATE TABLE revision (
    -- Kept after the state machine is gone: executions were started with it.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    machine INTEGER NOT NULL,
    -- None for the one that the state machine was created with.
    revision_id TEXT,
    definition TEXT NOT NULL,
    role_arn TEXT NOT NULL,
    logging TEXT NOT NULL,
    tracing INTEGER NOT NULL,
    encryption TEXT NOT NULL,
    updated INTEGER NOT NULL
) STRICT;

CREATE TABLE version (
    machine INTEGER NOT NULL,
    number INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    description TEXT,
    created INTEGER NOT NULL,
    PRIMARY KEY (machine, number)
) STRICT;

CREATE TABLE alias (
    id INTEGER PRIMARY KEY,
    machine INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    UNIQUE (machine, name)
) STRICT;

CREATE TABLE route (
    alias INTEGER NOT NULL,
    position INTEGER NOT NULL,
    version INTEGER NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (alias, position)
) STRICT;

CREATE TABLE tag (
    id INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (resource, key)
) STRICT;

CREATE TABLE activity (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    encryption TEXT NOT NULL
) STRICT;

CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    machine INTEGER NOT NULL,
    machine_name TEXT NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    version INTEGER,
    alias TEXT,
    trace_header TEXT,
    UNIQUE (machine_name, name)
) STRICT;

CREATE INDEX execution_of_version ON execution (machine, version, id) WHERE version IS NOT NULL;
CREATE INDEX execution_of_alias ON execution (machine, alias, id) WHERE alias IS NOT NULL;
