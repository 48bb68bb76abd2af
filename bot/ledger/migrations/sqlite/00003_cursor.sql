-- How far a search in Slack for a message that may have been posted has come: when Slack
-- allows one page a minute it takes longer than a job may.

-- +goose Up
ALTER TABLE posts ADD COLUMN cursor TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE posts DROP COLUMN cursor;
