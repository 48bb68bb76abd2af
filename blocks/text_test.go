package blocks

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"lines and tabs become spaces", " Acme\r\n\t Ltd\u2028\u00a0x ", "Acme Ltd x"},
		{"nothing visible is nothing", "\u200b\u2060\ufeff \n", ""},
		{"overrides of direction go", "a\u202egnp.exe\u202c", "agnp.exe"},
		{"right-to-left is isolated", "שלום 12", "\u2068שלום 12\u2069"},
		{"emoji keep their joiners", "👩‍👩‍👧", "👩‍👩‍👧"},
		{"broken bytes are shown", "a\xffb", "a\uFFFDb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, clean(tt.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, in string
		limit    int
		want     string
	}{
		{"short text stays", "Acme", 4, "Acme"},
		{"long text ends with an ellipsis", "Example Telecom", 8, "Example…"},
		{"emoji count two", "👍👍👍", 5, "👍👍…"},
		{"an emoji of several parts goes as a whole", "ab👩‍👩‍👧‍👦cd", 8, "ab…"},
		{"a letter keeps its marks or goes", "abe\u0301\u0302x", 4, "ab…"},
		{"a skin tone is not cut off", "a👍🏽bc", 5, "a…"},
		{"an isolate is closed", "\u2068שלום רב\u2069", 6, "\u2068שלו…\u2069"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := cut(tt.in, tt.limit)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if width(got) > tt.limit {
				t.Errorf("%q is %d wide", got, width(got))
			}
		})
	}
}

func TestNeutral(t *testing.T) {
	t.Parallel()
	const j = wordJoiner
	for _, tt := range []struct{ name, in, want string }{
		{"escapes", "a&b <!channel>", "a&amp;b &lt;!channel" + j + "&gt;"},
		{"escapes what looks escaped", "&amp;", "&amp;amp;"},
		{"bold, strike, code", "*a* ~b~ `c`", j + "*" + j + "a" + j + "*" + j + " " + j + "~" + j + "b" + j + "~" + j + " " + j + "`" + j + "c" + j + "`" + j},
		{"italics at the edge of a word", "_a_", j + "_" + j + "a" + j + "_" + j},
		{"not inside a word", "parameter_validation_failed", "parameter_validation_failed"},
		{"emoji, but no colon before a space", "Note: :tada:", "Note: :" + j + "tada:"},
		{"links", "https://a.example www.b.example", "https:" + j + "//a." + j + "example www." + j + "b." + j + "example"},
		{"names", "@channel a@b", "@" + j + "channel a@" + j + "b"},
		{"numbers stay", "1.5 10:30", "1.5 10:" + j + "30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, neutral(tt.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCopyableCanBeCopied(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"first_last@mail.example.org": "first_last@mail.example.org",
		"PO-2026/17":                  "PO-2026/17",
		"<!channel>&*a*":              "&lt;!channel" + wordJoiner + "&gt;&amp;" + wordJoiner + "*" + wordJoiner + "a" + wordJoiner + "*" + wordJoiner,
		":tada:":                      ":" + wordJoiner + "tada:",
	} {
		if diff := cmp.Diff(want, copyable(in, 200)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestOutsideKeepsItsLimit(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("&<>*_`:@. אa👍")))).Draw(t, "s")
		limit := rapid.IntRange(1, 200).Draw(t, "limit")
		got := outside(s, limit)
		if width(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("outside(%q, %d) = %q, %d wide", s, limit, got, width(got))
		}
		if strings.ContainsAny(got, "<>\n") {
			t.Fatalf("outside(%q, %d) = %q", s, limit, got)
		}
		if got := line(s, limit); width(got) > limit || !utf8.ValidString(got) {
			t.Fatalf("line(%q, %d) = %q, %d wide", s, limit, got, width(got))
		}
	})
}

func TestCutMarkupSplitsNothing(t *testing.T) {
	t.Parallel()
	const s = "a &amp; b <@U0BOB> c"
	for limit := 1; limit <= width(s); limit++ {
		got := cutMarkup(s, limit)
		if width(got) > limit {
			t.Errorf("limit %d: %q is too wide", limit, got)
		}
		if strings.Count(got, "<") != strings.Count(got, ">") || strings.Count(got, "&") != strings.Count(got, ";") {
			t.Errorf("limit %d: %q has half of something", limit, got)
		}
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 17, 11, 26, 40, 0, time.FixedZone("", 3600))
	for _, tt := range []struct{ name, got, want string }{
		{"a moment", moment(at), "<!date^1794911200^{date_short_pretty} {time}|2026-11-17 10:26 UTC>"},
		{"a day", day(at), "<!date^1794911200^{date_short}|2026-11-17>"},
		{"before Slack's time", moment(time.Unix(-1, 0)), "1969-12-31 23:59 UTC"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
