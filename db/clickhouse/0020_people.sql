-- Who the customers are and what is known of them, for questions about many: a copy of PostgreSQL's, which follows it within
-- a second and can be made anew from it at any time. Each attribute of the catalogue that is in use has a column of its own type,
-- `a_<name>`, added online (see the catalogue); of a personal one there is only whether it is known, `has_<name>`.
-- One row for each person. A number that was merged into another has none.
CREATE TABLE IF NOT EXISTS customer
(
    id UInt32,
    org LowCardinality(String),
    born DateTime64(3, 'UTC'),
    seen DateTime64(3, 'UTC') COMMENT 'to the hour; 1970 when he did nothing yet',
    unfit Array(LowCardinality(String)) COMMENT 'attributes whose value is not of their type: their columns are null',
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'derived';

-- Numbers that are another person's by now (or were, until a merge was undone). What is not `settled` goes before the
-- column `moved` of the events; once it is, the events say the same.
CREATE TABLE IF NOT EXISTS alias
(
    customer UInt32,
    canonical UInt32,
    settled UInt8,
    version UInt64,
    deleted UInt8
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY customer
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'derived';

-- Whose event it is when that is no longer the number it was written with; 0: it still is. The number stays in the sorting key,
-- so that an undone merge gives back exactly what was the other's.
ALTER TABLE event ADD COLUMN IF NOT EXISTS moved UInt32 DEFAULT 0;

-- What attributes of a customer were, the last value of each day, by the number it was said of. The kind of the attribute
-- says which column holds it; all null: it was taken away.
CREATE TABLE IF NOT EXISTS attribute_day
(
    attribute LowCardinality(String),
    customer UInt32,
    day Date32,
    whole Nullable(Int64) COMMENT 'money in minor units, integers',
    number Nullable(Float64),
    text Nullable(String),
    version UInt64 COMMENT 'client time in ms'
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (attribute, customer, day)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Which filling of this database the copies are of: an emptied or an older database is noticed by it, and filled anew.
CREATE TABLE IF NOT EXISTS followed
(
    feed String,
    generation UUID,
    version UInt64
)
ENGINE = ReplacingMergeTree(version)
ORDER BY feed
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1
COMMENT 'derived';
