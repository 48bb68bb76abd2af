package blockkit

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
)

// obj is a JSON object.
type obj = map[string]any

// Decode reads JSON with numbers kept as they were written.
func Decode(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one JSON value")
	}
	return v, nil
}

func str(v any) string {
	s, _ := v.(string)
	return s
}

// integer reads a JSON number, 0 if it is none.
func integer(v any) int {
	n, ok := v.(json.Number)
	if !ok {
		return 0
	}
	i, _ := strconv.Atoi(n.String())
	return i
}
