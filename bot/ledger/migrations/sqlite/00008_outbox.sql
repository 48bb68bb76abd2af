-- What other systems are told of requests: written with the change itself, sent afterwards,
-- for each request in the order of seq.

-- +goose Up
CREATE TABLE outbox (
    seq        INTEGER PRIMARY KEY,
    id         TEXT NOT NULL UNIQUE, -- by which a receiver knows what it has already
    request_id BIGINT NOT NULL,      -- 0: belongs to no request
    type       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    at         BIGINT NOT NULL,      -- when it happened
    data       TEXT NOT NULL,        -- renewal.NoticeData as JSON
    state      TEXT NOT NULL,        -- waiting, sent or given_up
    since      BIGINT NOT NULL,      -- since when it is in that state, whoever is sending it
    due_at     BIGINT NOT NULL,      -- not to be sent before
    tries      BIGINT NOT NULL,
    problem    TEXT NOT NULL         -- of the last try
);
CREATE INDEX outbox_waiting ON outbox (request_id, seq) WHERE state = 'waiting';
CREATE INDEX outbox_state ON outbox (state, since);

-- Where it is sent, in one row; none: nowhere.
CREATE TABLE outbox_receiver (
    id         BIGINT PRIMARY KEY,
    name       TEXT NOT NULL,  -- tells the address from others without showing it
    stopped_at BIGINT          -- when the receiver said that it wants no more
);

-- +goose Down
DROP TABLE outbox_receiver;
DROP TABLE outbox;
