-- Everything that happened, one row an event. Read in two ways, both by an index: the primary order serves "all customers,
-- some events, a window" (segments, funnels, trends), the projection "all events of a few customers" (the customer's page,
-- decisions about the customers of a batch). Properties are sub-columns of their own types: one is read without the others.
CREATE TABLE IF NOT EXISTS event
(
    event LowCardinality(String),
    time DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    -- The number the customer had when the event was written: a merge rewrites nothing, readers ask for all his numbers.
    customer UInt32 CODEC(ZSTD(1)),
    key UUID CODEC(ZSTD(1)),
    received DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    processed DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String),
    props JSON(max_dynamic_paths = 512),
    PROJECTION by_customer (SELECT * ORDER BY customer, time)
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (event, toDate(time), customer, time)
SETTINGS non_replicated_deduplication_window = 10000,
         deduplicate_merge_projection_mode = 'rebuild',
         fsync_after_insert = 1,
         fsync_part_directory = 1;
