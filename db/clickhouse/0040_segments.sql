-- Who was in a segment at a moment, one bitmap a snapshot. Which snapshots there are PostgreSQL says: a bitmap that it does not
-- name is of a refresh that was cut off, and is swept.
CREATE TABLE IF NOT EXISTS segment_snapshot
(
    segment String,
    snapshot String,
    members AggregateFunction(groupBitmap, UInt32)
)
ENGINE = MergeTree
ORDER BY (segment, snapshot)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
