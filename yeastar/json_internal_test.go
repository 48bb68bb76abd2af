package yeastar

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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
		env, err := parseEnvelope([]byte(`{"code":"success","result":` + raw + `}`))
		if err == nil {
			var list []json.RawMessage
			if list, err = rawListOf(env.Result); err == nil {
				t.Errorf("%s is read as a list of %d", raw, len(list))
			}
		}
	}
}

// FuzzPieces takes JSON apart as encoding/json does.
func FuzzPieces(f *testing.F) {
	for _, s := range []string{
		`{}`, ` { } `, `{"a":1,"a":[2,{"b":"}]\\\""}],"\u00e9":"\ud83d\ude00", "c" : null ,"":true}`, `[]`, `[1,-2.5e3,"x",[[]],{"a":{}}, false]`,
		"[\"\xff\",\"\\\\\"]", "{\"\xff\":0}", `7`, `"a\/b"`, "\t[ 1 ,\r\n2 ]",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return
		}
		var members object
		_ = json.Unmarshal(raw, &members) // nothing, if it is no object
		o, isObject := asObject(raw)
		if diff := cmp.Diff(members, o); diff != "" || isObject != (members != nil) {
			t.Errorf("members of %q (-want +got):\n%s", raw, diff)
		}
		raw = bytes.TrimSpace(raw)
		var text string
		if raw[0] == '"' && json.Unmarshal(raw, &text) == nil && unquoted(raw) != text {
			t.Errorf("%q says %q, want %q", raw, unquoted(raw), text)
		}
		if raw[0] != '[' {
			return
		}
		var values, got []json.RawMessage
		_ = json.Unmarshal(raw, &values)
		pieces(raw, func(_, value []byte) { got = append(got, value) })
		if diff := cmp.Diff(values, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("values of %q (-want +got):\n%s", raw, diff)
		}
	})
}
