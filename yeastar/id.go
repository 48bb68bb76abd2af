package yeastar

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// ID is one of the vendor's identifiers. Most have 19 digits and do not fit a
// float64, and the same one may come as a JSON string in one answer and as a
// number in the next, so it is kept as the text that was sent.
type ID string

// UnmarshalJSON accepts a JSON string, a JSON number or null.
func (id *ID) UnmarshalJSON(data []byte) error {
	switch {
	case string(data) == "null":
		return nil
	case len(data) > 0 && data[0] == '"':
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*id = ID(strings.TrimSpace(s))
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("an id must be a string or a number: %w", err)
	}
	if strings.ContainsAny(n.String(), ".eE") {
		return errors.New("an id must be a whole number")
	}
	*id = ID(n)
	return nil
}

// Number is the id as a bare JSON number, the form in which orders carry
// billingId, serviceId and connectionPlanId. It fails when the id has anything
// but digits.
func (id ID) Number() (json.Number, error) {
	if id == "" || strings.Trim(string(id), "0123456789") != "" || (len(id) > 1 && id[0] == '0') {
		return "", fmt.Errorf("id %q is not a number", string(id))
	}
	return json.Number(id), nil
}
