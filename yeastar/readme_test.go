package yeastar

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestReadmeListsWhatCanBeRenewed compares the table for people with the table of products.
func TestReadmeListsWhatCanBeRenewed(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(content), "## What can be renewed")
	table, _, _ = strings.Cut(table, "\n## ")
	line := func(key string) string {
		for l := range strings.Lines(table) {
			if strings.Contains(l, "`"+key+"`") {
				return l
			}
		}
		return ""
	}
	for _, p := range products {
		sure := "offered by itself"
		if p.Certainty != Documented {
			sure = "by name: "
		}
		holder := "our account, or a customer"
		if p.Holder == BySerial {
			holder = "a PBX, by serial number"
		}
		for _, want := range []string{fmt.Sprintf("[%s](%s) (%d)", p.Name, p.Page, p.ID), sure, holder, "`" + p.OperationType + "`", p.Terms[0].String()[:1]} {
			if !strings.Contains(line(p.Key), want) {
				t.Errorf("%s: the table does not say %q", p.Key, want)
			}
		}
	}
	for _, n := range notRenewable {
		if l := line(n.Key); !strings.Contains(l, n.Name) || !strings.Contains(l, "never: ") {
			t.Errorf("%s: the table does not say that it is never renewed: %s", n.Key, l)
		}
	}
}
