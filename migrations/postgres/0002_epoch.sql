-- What a crash of the server forgets.
--
-- After a crash the server may give the number of a transaction that it has lost to another one, which then looks like the
-- first. An unlogged table is emptied by the recovery from a crash, and is empty on a standby that takes over: as long as
-- it says the same, the numbers mean the same.
CREATE UNLOGGED TABLE amends_epoch (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    epoch TEXT NOT NULL
);
