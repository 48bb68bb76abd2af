-- Who decides for whom, for a time: one deputy for each approver. What they may is looked up
-- whenever they decide.

-- +goose Up
CREATE TABLE deputies (
    approver TEXT PRIMARY KEY, -- a Slack user id, as the deputy's
    deputy   TEXT NOT NULL,
    until    BIGINT NOT NULL
);

-- +goose Down
DROP TABLE deputies;
