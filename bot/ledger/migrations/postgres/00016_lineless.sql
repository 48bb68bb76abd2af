-- What is asked for by itself and has ended is found without reading the lines of batches.

-- +goose Up
CREATE INDEX requests_lineless ON requests (requester, id) WHERE batch_id IS NULL;

-- +goose Down
DROP INDEX requests_lineless;
