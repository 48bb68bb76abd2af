-- Of one holder and product at most one order is under way. under_way is 1 for the request
-- that has begun it; a request whose order turned up although another one had begun is 0, as
-- are those that were under way together before there was this rule: facts are not refused.

-- +goose Up
ALTER TABLE requests ADD COLUMN under_way BIGINT NOT NULL DEFAULT 0;
UPDATE requests SET under_way = 1 WHERE id IN (
    SELECT min(id) FROM requests WHERE status IN ('ordering', 'unknown', 'processing') GROUP BY product, holder_key
);
CREATE UNIQUE INDEX requests_under_way ON requests (product, holder_key)
    WHERE under_way = 1 AND status IN ('ordering', 'unknown', 'processing');

-- +goose Down
DROP INDEX requests_under_way;
ALTER TABLE requests DROP COLUMN under_way;
