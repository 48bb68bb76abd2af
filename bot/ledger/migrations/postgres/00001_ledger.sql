-- Times are microseconds since 1970 in UTC: the same in every engine, sorted, and lossless.

-- +goose Up
CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO counters (name, value) VALUES ('request', 0);

CREATE TABLE requests (
    id             BIGINT PRIMARY KEY,
    version        BIGINT NOT NULL,
    submission_key TEXT NOT NULL UNIQUE,
    status         TEXT NOT NULL,
    requester      TEXT NOT NULL,
    product        TEXT NOT NULL,
    holder_key     TEXT NOT NULL,
    ordered_at     BIGINT,           -- when it became ordered
    last_entry     BIGINT NOT NULL,  -- seq of its newest audit entry: shows when the trail's tail is cut off
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    document       TEXT NOT NULL     -- renewal.Request as JSON
);
CREATE INDEX requests_status ON requests (status, id);
CREATE INDEX requests_requester ON requests (requester, id);
CREATE INDEX requests_holder ON requests (holder_key, product, id);
CREATE INDEX requests_ordered ON requests (holder_key, product, ordered_at) WHERE ordered_at IS NOT NULL;

-- One row per POST of an order. The primary key is the fence against two orders for
-- one attempt.
CREATE TABLE attempts (
    request_id  BIGINT NOT NULL REFERENCES requests (id),
    number      BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    deadline    BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    body        BYTEA NOT NULL,
    outcome     TEXT NOT NULL,
    ended_at    BIGINT,
    order_no    TEXT NOT NULL,
    problem     TEXT NOT NULL,
    PRIMARY KEY (request_id, number)
);
-- One order of the vendor's settles one attempt.
CREATE UNIQUE INDEX attempts_order ON attempts (order_no) WHERE order_no <> '';

CREATE TABLE entries (
    seq         BIGINT PRIMARY KEY,
    request_id  BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    code        TEXT NOT NULL,
    actor       TEXT NOT NULL,
    revision    BIGINT NOT NULL,
    from_status TEXT NOT NULL,
    to_status   TEXT NOT NULL,
    detail      TEXT NOT NULL,
    prev_hash   TEXT NOT NULL,
    hash        TEXT NOT NULL
);
CREATE INDEX entries_request ON entries (request_id, seq);

-- The end of the trail. Its row is locked by every append, so seq has no gaps.
CREATE TABLE trail (
    id   BIGINT PRIMARY KEY,
    seq  BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO trail (id, seq, hash) VALUES (1, 0, '');

CREATE TABLE posts (
    request_id BIGINT NOT NULL,
    key        TEXT NOT NULL,
    channel    TEXT NOT NULL,
    ts         TEXT NOT NULL,
    digest     TEXT NOT NULL,
    state      TEXT NOT NULL,
    tries      BIGINT NOT NULL,
    problem    TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (request_id, key)
);

CREATE TABLE view_leases (
    request_id BIGINT PRIMARY KEY,
    owner      TEXT NOT NULL,
    until      BIGINT NOT NULL
);

-- A row stands for a sync_slack job that has not started; wanted counts the changes it
-- will show.
CREATE TABLE waiting_syncs (
    request_id BIGINT PRIMARY KEY,
    wanted     BIGINT NOT NULL
);

-- +goose StatementBegin
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$;
-- +goose StatementEnd
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('audit entries are never changed');
CREATE TRIGGER entries_no_delete BEFORE DELETE OR TRUNCATE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('audit entries are never removed');
CREATE TRIGGER attempts_no_delete BEFORE DELETE OR TRUNCATE ON attempts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('order attempts are never removed');
CREATE TRIGGER attempts_sent_is_fixed BEFORE UPDATE OF request_id, number, started_at, deadline, fingerprint, body ON attempts
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('what an order attempt sent is never changed');

-- +goose Down
DROP TABLE waiting_syncs;
DROP TABLE view_leases;
DROP TABLE posts;
DROP TABLE trail;
DROP TABLE entries;
DROP TABLE attempts;
DROP TABLE requests;
DROP TABLE counters;
DROP FUNCTION ledger_refuse;
