package audit_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"renewbot/bot/audit"
	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

var begin = time.Date(2026, 3, 1, 9, 0, 0, 123456000, time.UTC)

// trail is a chain of entries, about requests 1 and 2 in turns.
func trail(n int) []renewal.Entry {
	var list []renewal.Entry
	last := renewal.Entry{}
	for i := range n {
		e := renewal.Entry{
			Seq: last.Seq + 1, PrevHash: last.Hash, RequestID: int64(i%2) + 1, At: begin.Add(time.Duration(i) * time.Minute),
			Code: renewal.CodeVoted, Actor: "U0BOB", Revision: 1, From: renewal.Pending, To: renewal.Pending,
			Detail: map[string]string{renewal.DetailVotes: "1 of 2", renewal.DetailReason: "a \"quoted\",\nbroken <reason>"},
		}
		e.Hash = ledger.Hash(e)
		list, last = append(list, e), e
	}
	return list
}

func export(t testing.TB, f audit.Format, entries []renewal.Entry) string {
	t.Helper()
	var b bytes.Buffer
	w, err := audit.NewWriter(&b, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExportInFull(t *testing.T) {
	t.Parallel()
	entries := trail(1)
	hash := entries[0].Hash
	for _, test := range []struct {
		format audit.Format
		want   string
	}{
		{audit.CSV, "seq,request,at,code,actor,revision,from,to,detail,prev_hash,hash\n" +
			`1,RNW-000001,2026-03-01T09:00:00.123456Z,request.voted,U0BOB,1,pending,pending,` +
			`"{""reason"":""a \""quoted\"",\nbroken \u003creason\u003e"",""votes"":""1 of 2""}",,` + hash + "\n"},
		{audit.JSONL, `{"seq":1,"request":"RNW-000001","at":"2026-03-01T09:00:00.123456Z","code":"request.voted","actor":"U0BOB",` +
			`"revision":1,"from":"pending","to":"pending","detail":{"reason":"a \"quoted\",\nbroken <reason>","votes":"1 of 2"},` +
			`"prev_hash":"","hash":"` + hash + `"}` + "\n"},
	} {
		if diff := cmp.Diff(test.want, export(t, test.format, entries)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.format, diff)
		}
	}
	if _, err := audit.NewWriter(io.Discard, "xml"); err == nil {
		t.Error("there is a format xml")
	}
}

// Whatever an entry holds is read again as it was.
func TestExportIsLossless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != '\r' && r != 0 }))
		var want []renewal.Entry
		last := renewal.Entry{}
		for range rapid.IntRange(1, 4).Draw(t, "entries") {
			e := renewal.Entry{
				Seq: last.Seq + 1, PrevHash: last.Hash, RequestID: rapid.Int64Range(0, 3).Draw(t, "request"),
				At:   time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC(),
				Code: renewal.Code(text.Draw(t, "code")), Actor: text.Draw(t, "actor"), Revision: rapid.IntRange(0, 9).Draw(t, "revision"),
				From: renewal.Status(text.Draw(t, "from")), To: renewal.Status(text.Draw(t, "to")),
			}
			if d := rapid.MapOf(text, text).Draw(t, "detail"); len(d) > 0 {
				e.Detail = d
			}
			e.Hash = ledger.Hash(e)
			want, last = append(want, e), e
		}
		for _, f := range []audit.Format{audit.CSV, audit.JSONL} {
			var b bytes.Buffer
			w, err := audit.NewWriter(&b, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range want {
				if err := w.Write(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
			got, err := readAll(b.String())
			if err != nil {
				t.Fatalf("%s: %v\n%s", f, err, b.String())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", f, diff)
			}
			if _, err := audit.VerifyExport(&b); err != nil {
				t.Fatalf("%s: %v", f, err)
			}
		}
	})
}

func readAll(export string) ([]renewal.Entry, error) {
	r, err := audit.NewReader(strings.NewReader(export))
	if err != nil {
		return nil, err
	}
	var all []renewal.Entry
	for {
		e, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
}

// A spreadsheet computes nothing of what people or the vendor wrote.
func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for _, hostile := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\nx", "＝1", "'=1"} {
		e := renewal.Entry{
			Seq: 1, At: begin, Code: renewal.Code(hostile), Actor: hostile, From: renewal.Status(hostile), To: renewal.Status(hostile),
			Detail: map[string]string{hostile: hostile},
		}
		rows, err := csv.NewReader(strings.NewReader(export(t, audit.CSV, []renewal.Entry{e}))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range rows[1] {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(cell)[0]) {
				t.Errorf("%q gives the cell %q", hostile, cell)
			}
		}
	}
}

func TestVerifyExport(t *testing.T) {
	t.Parallel()
	whole := trail(6)
	changed := trail(6)
	changed[3].Actor = "U0EVE"
	rehashed := trail(6)
	rehashed[3].Actor = "U0EVE"
	rehashed[3].Hash = ledger.Hash(rehashed[3])
	one := []renewal.Entry{whole[0], whole[2], whole[4]}
	changedOne := []renewal.Entry{changed[1], changed[3], changed[5]}
	for _, test := range []struct {
		name    string
		entries []renewal.Entry
		want    string // the error, or what was checked
	}{
		{"whole", whole, "6 entries, 1 to 6, 0 gaps"},
		{"a piece", whole[2:5], "3 entries, 3 to 5, 0 gaps"},
		{"of one request", one, "3 entries, 1 to 5, 2 gaps"},
		{"empty", nil, "0 entries, 0 to 0, 0 gaps"},
		{"changed", changed, "audit trail broken at entry 4: it was changed"},
		{"changed with a new hash", rehashed, "audit trail broken at entry 5: it does not follow the entry before it"},
		{"changed, of one request", changedOne, "audit trail broken at entry 4: it was changed"},
		{"one is left out", append(trail(6)[:2], whole[3:]...), "audit trail broken at entry 3: it is missing: entry 4 comes next"},
		{"in another order", []renewal.Entry{whole[0], whole[2], whole[1]}, "audit trail broken at entry 2: it comes after entry 3"},
		{"twice", []renewal.Entry{whole[0], whole[0]}, "audit trail broken at entry 1: it comes after entry 1"},
	} {
		for _, f := range []audit.Format{audit.CSV, audit.JSONL} {
			t.Run(test.name+" "+string(f), func(t *testing.T) {
				t.Parallel()
				c, err := audit.VerifyExport(strings.NewReader(export(t, f, test.entries)))
				got := fmt.Sprintf("%d entries, %d to %d, %d gaps", c.Entries, c.First.Seq, c.Last.Seq, c.Gaps)
				if err != nil {
					got = err.Error()
				}
				if got != test.want {
					t.Errorf("VerifyExport: %s, want %s", got, test.want)
				}
			})
		}
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	head := "seq,request,at,code,actor,revision,from,to,detail,prev_hash,hash\n"
	for _, test := range []struct{ name, export, want string }{
		{"another file", "name,age\nx,1\n", "no export of the audit trail"},
		{"a line too short", head + "1,2\n", "entry 1 of the file"},
		{"no number", head + "x,,2026-03-01T09:00:00.123456Z,c,a,1,,,{},,\n", "its number is none"},
		{"no revision", head + "1,,2026-03-01T09:00:00.123456Z,c,a,x,,,{},,\n", "its revision is no number"},
		{"no detail", head + "1,,2026-03-01T09:00:00.123456Z,c,a,1,,,x,,\n", "its detail is no object"},
		{"no time", head + "1,,yesterday,c,a,1,,,{},,\n", "is not a time"},
		{"no request", head + "1,ABC,2026-03-01T09:00:00.123456Z,c,a,1,,,{},,\n", "is not a request"},
		{"no object", `{"seq":` + "\n", "entry 1 of the file cannot be read"},
		{"an unknown name", `{"seq":1,"hidden":"x"}` + "\n", "entry 1 of the file cannot be read"},
		{"an endless line", "{" + strings.Repeat(" ", 2<<20), "entry 1 of the file cannot be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := readAll(test.export); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
	if all, err := readAll("\xef\xbb\xbf" + export(t, audit.CSV, trail(2))); err != nil || len(all) != 2 {
		t.Errorf("with a byte order mark: %d entries, %v", len(all), err)
	}
}

// FuzzRead gives the reader any bytes; what it takes for an export is read the same when
// it is written again.
func FuzzRead(f *testing.F) {
	f.Add(export(f, audit.CSV, trail(3)))
	f.Add(export(f, audit.JSONL, trail(3)))
	f.Add("")
	f.Add("{}")
	f.Fuzz(func(t *testing.T, text string) {
		entries, err := readAll(text)
		if err != nil {
			return
		}
		again, err := readAll(export(t, audit.JSONL, entries))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(entries, again); diff != "" {
			t.Errorf("written again (-want +got):\n%s", diff)
		}
	})
}
