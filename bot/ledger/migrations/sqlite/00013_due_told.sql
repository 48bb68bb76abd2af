-- Of which end of which package other systems were told, once for ever.

-- +goose Up
CREATE TABLE due_told (
    product    TEXT NOT NULL,
    holder_key TEXT NOT NULL,
    ends_on    TEXT NOT NULL, -- the day in UTC
    told_at    BIGINT NOT NULL,
    PRIMARY KEY (product, holder_key, ends_on)
);

-- +goose Down
DROP TABLE due_told;
