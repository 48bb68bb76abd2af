-- Who works the jobs. A process that has not been seen for a while is dead, and its jobs
-- are given to others. On SQLite there is only one process.

-- +goose Up
CREATE TABLE processes (
    id      TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

-- +goose Down
DROP TABLE processes;
