-- Renewals due: what people and lists have said of the package of a holder and product, and
-- which digest was or is to be told to whom.

-- +goose Up
CREATE TABLE due_marks (
    product    TEXT NOT NULL,
    holder_key TEXT NOT NULL,
    document   TEXT NOT NULL, -- due.Mark
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (product, holder_key)
);

CREATE TABLE digests (
    occurrence TEXT NOT NULL, -- the day and the time on the clock of the zone
    recipient  TEXT NOT NULL, -- a channel, or a person
    at         BIGINT NOT NULL, -- when it is to be sent
    told       TEXT NOT NULL DEFAULT '[]', -- the rows that it told of
    ended_at   BIGINT, -- when it was sent, or found to have nothing to tell
    PRIMARY KEY (occurrence, recipient)
);

CREATE INDEX digests_waiting ON digests (at) WHERE ended_at IS NULL;

-- +goose Down
DROP TABLE digests;
DROP TABLE due_marks;
