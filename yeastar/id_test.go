package yeastar

import (
	"encoding/json"
	"testing"
)

func TestIDUnmarshal(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want ID
		ok   bool
	}{
		{`"3197218168379846218"`, "3197218168379846218", true},
		{`3197218168379846218`, "3197218168379846218", true},
		{`" 12 "`, "12", true},
		{`"369CA2401E55"`, "369CA2401E55", true},
		{`null`, "", true},
		{`""`, "", true},
		{`0`, "0", true},
		{`1.5`, "", false},
		{`1e18`, "", false},
		{`true`, "", false},
		{`{}`, "", false},
		{`[1]`, "", false},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			t.Parallel()
			var got ID
			err := json.Unmarshal([]byte(tt.in), &got)
			if got != tt.want || (err == nil) != tt.ok {
				t.Errorf("got %q, %v; want %q, ok %v", got, err, tt.want, tt.ok)
			}
		})
	}
}

func TestIDNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[ID]bool{
		"3197218168379846218": true, "0": true, "14": true,
		"": false, "007": false, "-1": false, "+1": false, "1.0": false, "1e3": false, "XS1": false, "١٢": false, " 1": false,
	} {
		if n, err := in.Number(); (err == nil) != want || (err == nil && n.String() != string(in)) {
			t.Errorf("ID(%q).Number() = %q, %v; want ok %v", in, n, err, want)
		}
	}
}

// FuzzID checks that a number's digits survive in both directions.
func FuzzID(f *testing.F) {
	for _, s := range []string{`"3197218168379846218"`, `3048941892189077504`, `null`, `"x"`, `1e5`, `-7`, `""`, `[]`, `"\u0031"`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var id ID
		if json.Unmarshal(data, &id) != nil {
			return
		}
		n, err := id.Number()
		if err != nil {
			return
		}
		raw, err := json.Marshal(n)
		if err != nil || string(raw) != string(id) {
			t.Fatalf("id %q became %s, %v", id, raw, err)
		}
		var again ID
		if err := json.Unmarshal(raw, &again); err != nil || again != id {
			t.Fatalf("id %q came back as %q, %v", id, again, err)
		}
	})
}
