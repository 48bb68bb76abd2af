-- Which direct messages people want who have said so.

-- +goose Up
CREATE TABLE notify (
    user_id TEXT PRIMARY KEY, -- Slack's
    wants   TEXT NOT NULL
);

-- +goose Down
DROP TABLE notify;
