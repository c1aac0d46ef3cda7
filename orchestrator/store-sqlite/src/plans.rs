//! Nothing scans: how SQLite finds the rows of each statement, at a million sagas as at ten.
