package config

import (
	"reflect"
	"strings"
	"testing"
)

// FuzzDecode holds every decoder to what envconfig needs of it: it never fails, and
// what it says is wrong never shows what it was given.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		"", " ", "1", "-1", "1e9", "true", "4h", "72h ", "U0ONE,S0GROUP", "C0ONE, G0TWO,,", "@alice", "xoxb-1", `"xapp-1"`,
		"https://slack.com/api/", "http://[::1]:80/", "https://%zz", "127.0.0.1:9090", ":0", "[::", "typed", "debug", "json", "a\nb", "\xff", "ünïcödé",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const mark = "Zq9"
		for _, given := range []string{text, mark + text + mark, text + mark, "https://" + mark + text} {
			for field := range reflect.TypeFor[environment]().Fields() {
				d, ok := reflect.TypeAssert[decoder](reflect.New(field.Type))
				if !ok {
					t.Fatalf("%s has no decoder of ours", field.Name)
				}
				if err := d.Decode(given); err != nil {
					t.Fatalf("%s: Decode(%q) = %v", field.Name, given, err)
				}
				fault := d.wrong()
				if strings.Contains(fault, mark) || strings.Contains(fault, "\n") {
					t.Errorf("%s: Decode(%q) says %q", field.Name, given, fault)
				}
				if fault == "" {
					continue
				}
				if value := reflect.ValueOf(d).Elem().FieldByName("value"); !value.IsZero() {
					t.Errorf("%s: Decode(%q) gives a value and a fault", field.Name, given)
				}
			}
		}
	})
}

// FuzzDatabaseURL holds the check of the database's address to the same.
func FuzzDatabaseURL(f *testing.F) {
	for _, seed := range []string{
		"", "sqlite:renewbot.db", "sqlite:///var/lib/renewbot.db", "sqlite://a", "sqlite::memory:", "postgres://u:p@h/d",
		"postgresql:///d?host=/run/postgresql", "postgres://h:x/d", "mysql:", "%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		const mark = "Zq9"
		for _, given := range []string{text + mark, "postgres://" + mark + text, "sqlite:" + mark + text} {
			if fault := databaseFault(given); strings.Contains(fault, mark) {
				t.Errorf("databaseFault(%q) = %q", given, fault)
			}
		}
	})
}
