-- Customers that a refresh asks, while it asks them: too many to be bound as values.
CREATE TABLE IF NOT EXISTS segment_scope
(
    id String,
    at DateTime DEFAULT now(),
    members AggregateFunction(groupBitmap, UInt32)
)
ENGINE = MergeTree
ORDER BY id
TTL at + INTERVAL 1 DAY
COMMENT 'derived';
