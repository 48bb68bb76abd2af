package portal

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func someone(id, company, first, last, email string) yeastar.Customer {
	return yeastar.Customer{ID: yeastar.ID(id), Company: company, FirstName: first, LastName: last, Email: email}
}

// everybody is whom a query finds.
func everybody(hs Holders, query string) []renewal.Holder {
	found, _ := hs.Search(query, len(hs.index.records)+1)
	return slices.DeleteFunc(found, func(h renewal.Holder) bool { return h == ourselves })
}

func TestSearchRanks(t *testing.T) {
	t.Parallel()
	ix := customersOf([]yeastar.Customer{
		someone("1", "The Acme Company", "", "", ""),
		someone("2", "Acme", "", "", ""),
		someone("3", "Megaacme", "", "", ""),
		someone("4", "Acme Zeta", "", "", ""),
		someone("5", "Acme Alpha", "", "", ""),
		someone("6", "Beta", "Acme", "Jones", ""),
		someone("7", "Gamma", "", "", "info@acme.example"),
		someone("8", "Delta", "", "", "x@y.example"),
		someone("9", "Müller & Söhne", "Jürgen", "Łukasz", "einkauf@mueller.example"),
		someone("10", "株式会社さくら通信", "美咲", "田中", "soumu@sakura.example"),
		someone("11", "شركة النور للاتصالات", "ليلى", "حداد", "info@alnoor.example"),
		someone("12", "", "Only", "Name", "only@name.example"),
		someone("13", "STRASSE GmbH", "", "", ""),
		someone("14", "ＦＵＬＬＷＩＤＴＨ Ltd", "", "", ""),
		someone("15", "O’Brien Telephones", "Jean-Luc", "", ""),
		someone("16", "Nord–Süd Telefonie", "", "", ""),
		someone("17", "„Globe“ GmbH", "", "", ""),
		someone("18", "نیم\u200cفاصله", "", "", ""),
	})
	for name, tc := range map[string]struct {
		query string
		want  []yeastar.ID
	}{
		"the company itself, its beginning, a word's beginning, the rest": {"acme", []yeastar.ID{"2", "5", "4", "1", "3", "6", "7"}},
		"case":                         {"ACME ALPHA", []yeastar.ID{"5"}},
		"words in any order":           {"alpha acme", []yeastar.ID{"5"}},
		"words of different fields":    {"gamma info", []yeastar.ID{"7"}},
		"every word must fit":          {"acme nothing", nil},
		"accents left out":             {"muller sohne", []yeastar.ID{"9"}},
		"accents typed":                {"Müller", []yeastar.ID{"9"}},
		"accents decomposed":           {"Mu\u0308ller", []yeastar.ID{"9"}},
		"a letter with a stroke":       {"lukasz", []yeastar.ID{"9"}},
		"the sharp s":                  {"straße", []yeastar.ID{"13"}},
		"full width":                   {"fullwidth", []yeastar.ID{"14"}},
		"Japanese, inside":             {"さくら", []yeastar.ID{"10"}},
		"a Japanese name":              {"田中", []yeastar.ID{"10"}},
		"Arabic":                       {"النور", []yeastar.ID{"11"}},
		"part of an e-mail address":    {"@alnoor", []yeastar.ID{"11"}},
		"a whole e-mail address":       {"einkauf@mueller.example", []yeastar.ID{"9"}},
		"an id":                        {"12", []yeastar.ID{"12"}},
		"a person without a company":   {"only name", []yeastar.ID{"12"}},
		"spaces around and between":    {"  acme   alpha ", []yeastar.ID{"5"}},
		"as the menu shows a customer": {"Gamma · info@acme.example", []yeastar.ID{"7"}},
		"nobody":                       {"nobody", nil},
		"an apostrophe of a phone":     {"o’brien", []yeastar.ID{"15"}},
		"an apostrophe of a keyboard":  {"o'brien", []yeastar.ID{"15"}},
		"no apostrophe":                {"obrien", []yeastar.ID{"15"}},
		"a hyphen for a dash":          {"nord-sud", []yeastar.ID{"16"}},
		"a dash for a hyphen":          {"jean—luc", []yeastar.ID{"15"}},
		"quotation marks left out":     {"globe gmbh", []yeastar.ID{"17"}},
		"other quotation marks":        {"“globe” gmbh", []yeastar.ID{"17"}},
		"pasted with invisible signs":  {"\u200bglobe\u00ad \ufeffgmbh\u2069", []yeastar.ID{"17"}},
		"an invisible joiner left out": {"نیمفاصله", []yeastar.ID{"18"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []yeastar.ID
			for _, c := range everybody(ix, tc.query) {
				got = append(got, c.PartnerID)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("search(%q) (-want +got):\n%s", tc.query, diff)
			}
		})
	}
}

func TestSearchOnly(t *testing.T) {
	t.Parallel()
	ix := customersOf([]yeastar.Customer{
		someone("1", "Acme Telecom", "", "", ""),
		someone("2", "Acme Telecom Services", "", "", ""),
		someone("3", "Twin", "", "", "a@twin.example"),
		someone("4", "Twin", "", "", "b@twin.example"),
		someone("5", "Helios Hotels", "", "", ""),
		someone("6", "Grand Helios", "", "", ""),
		someone("7", "", "Mary", "O’Brien", "mary@brien.example"),
		someone("8", "Brien & Sons", "", "", "mary@sons.example"),
	})
	for query, want := range map[string]yeastar.ID{
		"acme tel": "1", "helios": "5", "helio": "5", "mary": "7", "mary o'br": "7", "o": "",
		"acme": "", "acme telecom": "1", "Acme Telecom.": "1", "helios.": "5", "services!": "2", ".": "", "ACME  Telecom": "1", "services": "2", "twin": "", "a@twin": "3", "nobody": "", "": "",
	} {
		got, ok := ix.Only(query)
		if got.PartnerID != want || ok != (want != "") {
			t.Errorf("only(%q) = %q, %v; want %q", query, got.PartnerID, ok, want)
		}
	}
}

// A label before a serial number is no word of a name; elsewhere it is: who is called “PBX Direct”
// is not whoever else has “direct”.
func TestLabelsAreWordsOfNames(t *testing.T) {
	t.Parallel()
	customers := customersOf([]yeastar.Customer{someone("1", "Direct Line Ltd", "", "", ""), someone("2", "Helios Hotels", "", "", "")})
	pbxs := pbxsOf([]yeastar.OwnedProduct{{ProductNo: "3631E3418911", HolderID: "2"}, {ProductNo: "3661C20B7719", HolderID: "1"}}, customers)
	for _, c := range []struct {
		among Holders
		query string
		want  yeastar.ID
	}{
		{customers, "PBX Direct", ""}, {customers, "sn direct", ""}, {customers, "(direct line)", "1"},
		{pbxs, "PBX Direct", ""}, {pbxs, "Direct PBX", ""}, {pbxs, "(direct line)", "1"},
		{pbxs, "Helios Hotels (SN: 3631E3418911)", "2"}, {pbxs, "Helios, PBX SN 3631E", "2"}, {pbxs, "Helios PBX 2", ""},
	} {
		if got, ok := c.among.Only(c.query); got.PartnerID != c.want || ok != (c.want != "") {
			t.Errorf("only(%q) = %q, %v; want %q", c.query, got.PartnerID, ok, c.want)
		}
		if found, more := c.among.Search(c.query, 5); len(found)+more != len(c.want) {
			t.Errorf("search(%q) = %v and %d more, want %q", c.query, found, more, c.want)
		}
	}
}

// TestSearchFindsWhatItHolds checks that every customer is found by every part of their
// company, and that nothing found lacks a word.
func TestSearchFindsWhatItHolds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfN(rapid.StringMatching(`[\p{L}\p{Mn} .&-]{1,20}`), 1, 20).Draw(t, "companies")
		var all []yeastar.Customer
		for i, n := range names {
			all = append(all, someone(string(rune('A'+i)), n, "", "", ""))
		}
		ix := customersOf(all)
		one := rapid.SampledFrom(all).Draw(t, "customer")
		runes := []rune(one.Company)
		from := rapid.IntRange(0, len(runes)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(runes)).Draw(t, "to")
		query := string(runes[from:to])
		found := everybody(ix, query)
		if !slices.ContainsFunc(found, func(h renewal.Holder) bool { return h.PartnerID == one.ID }) {
			t.Fatalf("%q is not found by %q", one.Company, query)
		}
		for _, h := range found {
			for w := range strings.FieldsSeq(fold(query)) {
				if !strings.Contains(fold(h.Name), w) && !strings.Contains(fold(string(h.PartnerID)), w) {
					t.Fatalf("%q is found by %q", h.Name, query)
				}
			}
		}
	})
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Acme  Telecom\t B.V. ", "Müller  & Söhne", "İstanbul", "ﬁne", "\u00a0x\u2003y", "株式会社", "\xff\xfe", "ß", "Ł"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := fold(s)
		if twice := fold(once); twice != once {
			t.Errorf("fold(%q) = %q, and again %q", s, once, twice)
		}
		if strings.Contains(once, "  ") || strings.TrimSpace(once) != once {
			t.Errorf("fold(%q) = %q has spaces left", s, once)
		}
		// A letter that is not ASCII takes the long way.
		if long := strings.TrimSpace(strings.TrimSuffix(fold(s+"ß"), "ss")); long != once {
			t.Errorf("fold(%q) = %q, and %q the long way", s, once, long)
		}
	})
}

// One wrong letter is forgiven when nothing else fits, but never in a number, and nobody is
// chosen by it.
func TestSearchForgivesALetter(t *testing.T) {
	t.Parallel()
	customers := customersOf([]yeastar.Customer{
		someone("31001", "Northwind Clinics", "Jürgen", "Łukasz", "info@northwind.example"),
		someone("31002", "Helios Hotels", "", "", "post@helios.example"),
	})
	pbxs := pbxsOf([]yeastar.OwnedProduct{{ProductNo: "3631E3418911", HolderID: "31001"}, {ProductNo: "3651A0094415"}}, customers)
	for query, want := range map[string]int{
		"northwnid": 1, "norhwind": 1, "northwiind": 1, "northwimd": 1, "morthwind": 1, "northwind clnics": 1, "lukazs": 1, "jurgan": 1, "heloi": 1,
		"nortwimd": 0, "norhwind clnics": 0, "nrth": 0, "31003": 0, "northwind": 1, "norhwind hotels": 0,
	} {
		if got := customers.Matches(query); got != want {
			t.Errorf("%q fits %d customers, want %d", query, got, want)
		}
		if h, ok := customers.Only(query); ok && query != "northwind" {
			t.Errorf("%q chooses %s", query, h.Name)
		}
	}
	for query, want := range map[string]int{"3631e3418911": 1, "3631e3418912": 0, "3631e341": 1, "norhwind": 1, "3651a": 1} {
		if got := pbxs.Matches(query); got != want {
			t.Errorf("%q fits %d PBXs, want %d", query, got, want)
		}
	}
}

// The index leaves nobody out: what it finds is what reading every text finds.
func TestIndexLeavesNobodyOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringMatching(`[abcñ株0 .@-]{0,12}`)
		var all []yeastar.Customer
		for i := range rapid.IntRange(1, 130).Draw(t, "customers") {
			all = append(all, someone(strconv.Itoa(1000+i), letters.Draw(t, "company"), letters.Draw(t, "person"), "", letters.Draw(t, "mail")))
		}
		ix := customersOf(all).index
		q := newQuery(rapid.StringMatching(`[abcñ株0 .@-]{1,6}`).Draw(t, "query"))
		var want, got []int
		for place := range ix.records {
			lacks := slices.ContainsFunc(q.words, func(w string) bool { return !strings.Contains(ix.folded(place).text, w) })
			if !lacks {
				want = append(want, place)
			}
		}
		ix.fitting(q, func(place, _ int) { got = append(got, place) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", q.whole, diff)
		}
	})
}
