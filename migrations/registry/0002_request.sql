-- The request of a task that started the execution, by which the task finds it again when it asks a second time.
ALTER TABLE execution ADD COLUMN request TEXT;

CREATE UNIQUE INDEX execution_of_request ON execution (request) WHERE request IS NOT NULL;

-- What executions were redriven for, for as long as the same client token must not redrive one again.
CREATE TABLE redrive (
    machine_name TEXT NOT NULL,
    name TEXT NOT NULL,
    token TEXT NOT NULL,
    -- In microseconds.
    asked INTEGER NOT NULL,
    -- When the execution was redriven; none while that is not known yet.
    redriven INTEGER,
    PRIMARY KEY (machine_name, name, token)
) STRICT;

CREATE INDEX redrive_by_age ON redrive (asked);
