CREATE TABLE IF NOT EXISTS schema_migration
(
    number UInt32,
    name String,
    statement UInt16,
    of UInt16,
    hash FixedString(64),
    at DateTime64(3) DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (number, statement);

CREATE TABLE IF NOT EXISTS event
(
    id UInt64,
    customer UInt32,
    kind LowCardinality(String),
    at DateTime64(3),
    amount Nullable(Decimal(18, 2)),
    tags Array(String),
    more Map(String, String),
    day Date MATERIALIZED toDate(at),
    shown String ALIAS concat(kind, '!')
)
ENGINE = MergeTree ORDER BY (customer, at);

CREATE TABLE IF NOT EXISTS profile (customer UInt32, name String, version UInt64)
ENGINE = ReplacingMergeTree(version) ORDER BY customer;

CREATE TABLE IF NOT EXISTS member (segment String, customers AggregateFunction(groupBitmap, UInt32))
ENGINE = AggregatingMergeTree ORDER BY segment;

CREATE TABLE IF NOT EXISTS daily (day Date, kind String, events UInt64)
ENGINE = SummingMergeTree ORDER BY (day, kind);

CREATE MATERIALIZED VIEW IF NOT EXISTS to_daily TO daily AS
SELECT toDate(at) AS day, kind, count() AS events FROM event GROUP BY day, kind;

CREATE VIEW IF NOT EXISTS z_days AS SELECT day, sum(events) AS events FROM daily GROUP BY day;

-- Comes before what it reads by name: a restore must find the order itself.
CREATE VIEW IF NOT EXISTS a_busy_day AS SELECT day FROM z_days WHERE events > 1;
