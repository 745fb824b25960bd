-- The history of this database: one row for each statement of each migration that has been carried out.
-- ClickHouse has no transactions, so a migration is taken up again at the statement where it stopped: every statement
-- in this folder can be repeated (IF NOT EXISTS, IF EXISTS, OR REPLACE).
CREATE TABLE IF NOT EXISTS schema_migration
(
    number UInt32,
    name String,
    -- From 1, of that many in the file.
    statement UInt16,
    of UInt16,
    hash FixedString(64),
    at DateTime64(3) DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (number, statement);
