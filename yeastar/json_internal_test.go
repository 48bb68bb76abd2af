package yeastar

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The objects of a list are found whatever stands between and inside of them, and a broken list
// is none.
func TestListOf(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string][]string{
		`[]`:   nil,
		` [ ]`: nil,
		"\n[ {\"a\":1} ,\t{\"b\":\",]}\\\"\"},{} , null, 7, \"{}\", [{}], true,\r\n{\"c\":[1,{\"d\":null}]} ] ": {
			`{"a":1}`, `{"b":",]}\""}`, `{}`, `{"c":[1,{"d":null}]}`,
		},
		`{"data":{"list":[{"a":1}]}}`: {`{"a":1}`},
	} {
		list, err := rawListOf(json.RawMessage(raw))
		var got []string
		for _, e := range list {
			got = append(got, string(e))
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("the list %s, %v (-want +got):\n%s", raw, err, diff)
		}
	}
	for _, raw := range []string{`[{"a":1}`, `[{"a":1},]`, `[{"a":1} {"b":2}]`, `[{}]x`, `7`} {
		if list, err := rawListOf(json.RawMessage(raw)); err == nil {
			t.Errorf("%s is read as a list of %d", raw, len(list))
		}
	}
}
