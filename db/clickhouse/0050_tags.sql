-- The values of tags. What stands is one partition a tag and computation: a computation writes its own, PostgreSQL names it when it is
-- whole, and the one before it is dropped later. A value that is given, or recomputed for some, is a newer version of its row.
CREATE TABLE IF NOT EXISTS tag_value
(
    tag String,
    run String,
    customer UInt32,
    -- One of them, by the type of the tag: money in minor units, instants in ms, days since 1970 and booleans as whole numbers.
    whole Nullable(Int64),
    number Nullable(Float64),
    text Nullable(String),
    list Array(String),
    said DateTime64(3, 'UTC'),
    version UInt64,
    gone UInt8
)
ENGINE = ReplacingMergeTree(version, gone)
PARTITION BY (tag, run)
-- All three: FINAL makes one row of rows with the same key also across partitions, where it does not prune them.
ORDER BY (tag, run, customer)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

-- Every change of a value, and nothing else: a row when it became another, a row when it went.
CREATE TABLE IF NOT EXISTS tag_history
(
    tag String,
    customer UInt32,
    at DateTime64(3, 'UTC'),
    run String,
    gone UInt8,
    whole Nullable(Int64),
    number Nullable(Float64),
    text Nullable(String),
    list Array(String)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tag, customer, at)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
