-- What was written lately, found without reading what is older: granules of an event and a day were processed at about that
-- day but for what came late, and a copied row that did not change has an old version.
ALTER TABLE event ADD INDEX IF NOT EXISTS by_processed processed TYPE minmax GRANULARITY 1;
ALTER TABLE event MATERIALIZE INDEX IF EXISTS by_processed;
ALTER TABLE customer ADD INDEX IF NOT EXISTS by_version version TYPE minmax GRANULARITY 1;
ALTER TABLE customer MATERIALIZE INDEX IF EXISTS by_version;
