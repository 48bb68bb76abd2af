-- The key of the advisory lock that a process holds in a session of its own for as long as
-- it lives; NULL while it has none, and behind a connection pooler, where heartbeats must do.

-- +goose Up
ALTER TABLE processes ADD COLUMN session BIGINT;

-- +goose Down
ALTER TABLE processes DROP COLUMN session;
