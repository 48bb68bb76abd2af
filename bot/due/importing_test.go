package due_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/due"
)

func read(t testing.TB, text string) (lines []due.ImportLine, faults []string) {
	t.Helper()
	lines, wrong, err := due.ReadImport(strings.NewReader(text), now)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range wrong {
		faults = append(faults, f.String())
	}
	return lines, faults
}

func TestReadImport(t *testing.T) {
	t.Parallel()
	want := []due.ImportLine{
		{Line: 2, Holder: "Acme, Ltd", Product: "p-series-turnkey", Ends: moment(t, "2027-03-31T00:00:00Z"), Owner: "U0BOB"},
		{Line: 4, Holder: "3632D2149B07", Product: "Cloud PBX", Ends: moment(t, "2026-12-01T00:00:00Z")},
	}
	for name, text := range map[string]string{
		"commas":                    "holder,product,date,owner\n\"Acme, Ltd\",p-series-turnkey,2027-03-31,U0BOB\n\n3632D2149B07,Cloud PBX,1 Dec 2026,\n",
		"semicolons":                "\xef\xbb\xbfProduct;Company;Expiry date;Owner\r\np-series-turnkey;Acme, Ltd;31.03.2027;<@U0BOB|bob>\r\n;;;\r\nCloud PBX;3632D2149B07;1.12.2026;\r\n",
		"empty cells between tabs":  "owner\tholder\tproduct\tdate\nU0BOB\tAcme, Ltd\tp-series-turnkey\t2027-03-31T23:30:00-08:00\n\n\t3632D2149B07\tCloud PBX\t2026-12-01\n",
		"told separator":            "sep=;\nholder;product;date;owner;name\n\n3632D2149B07;Cloud PBX;2026-12-01T00:30:00+09:00;;a,b,c,d,e,f\n",
		"blank line, old line ends": "\r\rholder;product;date;owner\r3632D2149B07;Cloud PBX;2026-12-01 09:00:00\r",
		"days that mean one":        "holder,product,date,owner\n\"Acme, Ltd\",p-series-turnkey,3/31/2027,U0BOB\n\n3632D2149B07,Cloud PBX,2026-12-01\n",
		"days first":                "holder,product,date,owner\n\"Acme, Ltd\",p-series-turnkey,31-03-2027,U0BOB\n\n3632D2149B07,Cloud PBX,2026-12-01\n",
		"a name over two lines":     "holder,product,date,owner,name\n\"Acme, Ltd\",p-series-turnkey,31-Mar-27,U0BOB,\"Acme\r\n\"\"Ltd\"\"\"\n3632D2149B07,Cloud PBX,2026-12-1,,\n",
		"tabs, no quote":            "serial_number\tproduct\tends\towner\nAcme, Ltd\tp-series-turnkey\tMarch 31, 2027\tU0BOB\n\n'3632D2149B07\tCloud PBX\t2026/12/01\n",
	} {
		lines, faults := read(t, text)
		want := want
		if !strings.Contains(text, "Acme") {
			want = want[1:]
		}
		if diff := cmp.Diff(want, lines); diff != "" || len(faults) > 0 {
			t.Errorf("%s: faults %q, lines (-want +got):\n%s", name, faults, diff)
		}
	}
}

func TestWhatIsWrongWithAList(t *testing.T) {
	t.Parallel()
	const head = "holder,product,date,owner\n"
	for text, want := range map[string][]string{
		"":                                    {"The list is empty. Its first line names the columns: holder,product,date,owner."},
		head:                                  {"The list has no line below its first one."},
		"acme,turnkey,2027-03-31":             {`line 1: there is no column "acme"; the columns are holder,product,date,owner`},
		"holder,date\n":                       {`line 1: the first line names no column "product"; the columns are holder,product,date,owner (owner may be missing)`},
		"holder,customer,product,date\n":      {"line 1: two columns tell the holder; leave one out"},
		head + ",x,2027-03-31":                {"line 2: the holder is missing"},
		head + "a,,2027-03-31,bob":            {"line 2: the product is missing", `line 2: the owner "bob" is no member id of Slack (U…); it is under “Copy member ID” in the person's profile`},
		head + "a,x,\nb,x,soon":               {"line 2: the date is missing", `line 3: the date "soon" is no day such as 2027-03-31`},
		head + "a,x,02/30/2027":               {`line 2: the date "02/30/2027" is no day such as 2027-03-31`},
		head + "a,x,05/06/27":                 {`line 2: the date "05/06/27" may mean two days; write it as 2027-03-31`},
		head + "a,x,03/04/2027":               {`line 2: the date "03/04/2027" may mean two days; write it as 2027-03-31`},
		head + "a,x,2027-02-30":               {`line 2: the date "2027-02-30" is no day such as 2027-03-31`},
		head + "a,x,29 Feb 2027\nb,x,46112":   {`line 2: the date "29 Feb 2027" is no day such as 2027-03-31`, `line 3: the date "46112" is no day such as 2027-03-31`},
		head + "a,x,31.3.27\nb,x,1. Mai 2027": {`line 2: the date "31.3.27" is no day such as 2027-03-31`, `line 3: the date "1. Mai 2027" is no day such as 2027-03-31`},
		head + "a,x,2027/31/3":                {`line 2: the date "2027/31/3" is no day such as 2027-03-31`},
		"Kunde;M\xfcller":                     {"The list is not in UTF-8; save it as “CSV UTF-8”."},
		head + "a,x,2062-03-31":               {`line 2: the date "2062-03-31" is too far from today to be right`},
		head + "3.10042E+18,x,2027-03-31":     {`line 2: the holder "3.10042E+18" is what a spreadsheet made of a long number; format the column as text`},
		head + "a,x,2027-03-31\n\"b,x,2027":   {"line 3: its quotation marks do not fit together, so this line and all after it cannot be read"},
		"holder\xff,product":                  {"The list is not in UTF-8; save it as “CSV UTF-8”."},
		strings.Repeat("x", due.MaxImport+1):  {"The list is longer than 4 MB; split it."},
	} {
		_, faults := read(t, text)
		if diff := cmp.Diff(want, faults); diff != "" {
			t.Errorf("%.60q (-want +got):\n%s", text, diff)
		}
	}
}

func TestWrongLines(t *testing.T) {
	t.Parallel()
	for want, faults := range map[int][]due.Fault{
		0: {{Says: "The list is empty."}, {Line: 1, Says: "there is no such column"}},
		2: {{Line: 3, Says: "the holder is missing"}, {Line: 3, Says: "the date is missing"}, {Line: 5, Says: "the product is missing"}},
	} {
		if got := (due.Import{Faults: faults}).WrongLines(); got != want {
			t.Errorf("%v are %d lines, want %d", faults, got, want)
		}
	}
}

func FuzzReadImport(f *testing.F) {
	f.Add("holder,product,date,owner\nacme,p-series-turnkey,2027-03-31,U1\n")
	f.Add("a;b\n\"")
	f.Fuzz(func(t *testing.T, text string) {
		lines, faults, err := due.ReadImport(strings.NewReader(text), now)
		if err != nil || len(lines)+len(faults) == 0 {
			t.Errorf("%q: neither lines nor faults, error %v", text, err)
		}
		for _, l := range lines {
			if l.Line < 2 || l.Holder == "" || l.Product == "" || l.Ends.IsZero() {
				t.Errorf("%q: the line %+v is not whole", text, l)
			}
		}
	})
}
