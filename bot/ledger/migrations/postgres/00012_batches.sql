-- Batches: several requests under one card and one approval. Each line is a row of requests.

-- +goose Up
CREATE TABLE batches (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL,
    submission_key TEXT NOT NULL UNIQUE,
    requester      TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    document       TEXT NOT NULL -- renewal.Batch as JSON
);
INSERT INTO counters (name, value) VALUES ('batch', 0);

ALTER TABLE requests ADD COLUMN batch_id BIGINT;   -- NULL: it is no line of a batch
ALTER TABLE requests ADD COLUMN batch_line BIGINT; -- which one, from 1: they are ordered so
CREATE INDEX requests_batch ON requests (batch_id, batch_line) WHERE batch_id IS NOT NULL;

-- What somebody has pasted and what was found about it, until they ask for it. It is nobody's
-- request yet, and is forgotten after a day.
CREATE TABLE batch_drafts (
    key        TEXT PRIMARY KEY,
    document   TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE batch_drafts;
DROP INDEX requests_batch;
ALTER TABLE requests DROP COLUMN batch_line;
ALTER TABLE requests DROP COLUMN batch_id;
DELETE FROM counters WHERE name = 'batch';
DROP TABLE batches;
