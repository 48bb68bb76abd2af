-- Whether orders are paused: one row. Whoever pauses and whoever begins an attempt lock the
-- trail first, so that no attempt is written once it is paused.

-- +goose Up
CREATE TABLE pause (
    id      BIGINT PRIMARY KEY,
    held_by TEXT NOT NULL,   -- empty: orders are sent
    reason  TEXT NOT NULL,
    at      BIGINT NOT NULL  -- when that was changed last
);
INSERT INTO pause (id, held_by, reason, at) VALUES (1, '', '', 0);
CREATE INDEX entries_unknown ON entries (at) WHERE code = 'order.unknown';

-- Whose Home tab is drawn again when something changes, and what it shows.
CREATE TABLE homes (
    user_id   TEXT PRIMARY KEY,
    opened_at BIGINT NOT NULL,
    digest    TEXT NOT NULL
);
CREATE INDEX homes_opened ON homes (opened_at);

-- +goose Down
DROP TABLE homes;
DROP INDEX entries_unknown;
DROP TABLE pause;
