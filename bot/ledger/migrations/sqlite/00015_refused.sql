-- A digest that Slack has refused waits until it is tried again, with all the others.

-- +goose Up
ALTER TABLE digests ADD COLUMN again_at BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE digests DROP COLUMN again_at;
