-- The request of a task that started the execution, by which the task finds it again when it asks a second time.
ALTER TABLE execution ADD COLUMN request TEXT;

CREATE UNIQUE INDEX execution_of_request ON execution (request) WHERE request IS NOT NULL;
