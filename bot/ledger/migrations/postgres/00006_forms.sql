-- What the processes have to know of each other's drawings of an open form, so that one
-- drawn late never overwrites a newer choice.

-- +goose Up
CREATE TABLE forms (
    view_id TEXT PRIMARY KEY,
    newest  TEXT NOT NULL, -- Slack's timestamp of the newest choice
    drawn   TEXT NOT NULL, -- of the choice that was drawn last
    hash    TEXT NOT NULL, -- of the view as it was drawn last
    at      BIGINT NOT NULL
);

CREATE INDEX forms_at ON forms (at);

-- +goose Down
DROP TABLE forms;
