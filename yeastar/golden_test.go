package yeastar

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files and the tables of the README files")

// golden compares a file with what it should hold, or writes it.
func golden(t *testing.T, file, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (go test ./yeastar -update writes it)", err)
	}
	if diff := cmp.Diff(string(content), want); diff != "" {
		t.Errorf("%s (-it +what go test ./yeastar -update writes):\n%s", file, diff)
	}
}

// renewals is where the simulated portal has its rules.
const renewals = "yeastarsim/renewals"

// TestGoldenRows holds what each row says of its tutorial, and the bytes of all its orders,
// against a file that people compare with the vendor's page. The simulated portal knows the
// rules by these files alone.
func TestGoldenRows(t *testing.T) {
	t.Parallel()
	var files []string
	for _, row := range products {
		files = append(files, filepath.Join(renewals, row.Key+".json"))
		golden(t, files[len(files)-1], printed(t, row))
	}
	there, err := filepath.Glob(renewals + "/*")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	if diff := cmp.Diff(files, there); diff != "" {
		t.Errorf("files (-rows +there):\n%s", diff)
	}
}

// printed is what a row says of its tutorial, in the tutorial's words.
func printed(t *testing.T, row Product) string {
	t.Helper()
	cycles := map[string][]int{}
	for _, term := range row.Terms {
		cycles[term.BillingCycle] = append(cycles[term.BillingCycle], term.MultiCycle)
	}
	rule, err := json.Marshal([]any{
		row.Key, row.Name, row.Page, row.ID, row.OperationType, row.Holder == BySerial, row.PlanLine, row.ServiceLines,
		row.Together, row.Quantity == QuantityCurrent, row.PurchaseType, row.BillingModel, cycles, row.CycleKept, row.Service,
	})
	if err != nil {
		t.Fatal(err)
	}
	var values []json.RawMessage
	if err := json.Unmarshal(rule, &values); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("{\n")
	for i, name := range []string{
		"key", "name", "page", "productId", "operationType", "productNo", "plan", "service",
		"together", "quantity", "purchaseType", "billingModel", "multiCycle", "sameCycle", "only",
	} {
		fmt.Fprintf(&b, "  %q: %s,\n", name, values[i])
	}
	b.WriteString("  \"orders\": {\n")
	orders := ordersOf(row)
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(orders)) {
		body, err := orders[name].Body()
		if err != nil {
			t.Fatalf("%s, %s: %v", row.Key, name, err)
		}
		lines = append(lines, fmt.Sprintf("    %q: %s", name, body))
	}
	b.WriteString(strings.Join(lines, ",\n") + "\n  }\n}\n")
	return b.String()
}

// TestGoldenReadme holds the table for people against the table of products.
func TestGoldenReadme(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"Product", "Key in `YEASTAR_PRODUCTS`", "For", "Operation", "What is chosen", "Term", "How sure"}}
	for _, p := range products {
		rows = append(rows, []string{
			fmt.Sprintf("[%s](%s) (%d)", p.Name, p.Page, p.ID), "`" + p.Key + "`", forWhom(p), "`" + p.OperationType + "`",
			chosen(p), termsOf(p), sure(p),
		})
	}
	for _, n := range notRenewable {
		rows = append(rows, []string{n.Name + ids(n), "`" + n.Key + "`", "", "", "", "", "never. " + n.Why})
	}
	goldenTable(t, "../README.md", "## What can be renewed", rows)
}

// TestGoldenVendorsReadme holds the table of what the vendor's tutorials want against the table of products.
func TestGoldenVendorsReadme(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"Product", "Id", "`operationType`", "Holder", "Lines", "Quantity", "Model, cycle, `multiCycle`", "Certainty"}}
	for _, p := range products {
		holder, quantity, certainty := "account or `partnerId`", "none", "all values are printed"
		if p.Holder == BySerial {
			holder = "`productNo`"
		}
		if p.Quantity == QuantityCurrent {
			quantity = "extensions"
		}
		if p.Unsure != "" {
			certainty = p.Unsure
		}
		rows = append(rows, []string{
			p.Name, fmt.Sprint(p.ID), "`" + p.OperationType + "`", holder, linesOf(p), quantity,
			p.BillingModel + ", " + cycles(p), certainty,
		})
	}
	for _, n := range notRenewable {
		rows = append(rows, []string{n.Name, strings.Trim(ids(n), " ()"), "", "", "", "", "", "not renewed. " + n.Why})
	}
	goldenTable(t, "README.md", "### 5.2 What the products want", rows)
}

// goldenTable is golden for the first table below a heading.
func goldenTable(t *testing.T, file, heading string, rows [][]string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(content), "\n"+heading+"\n")
	text, table, drawn := strings.Cut(after, "\n|")
	if !found || !drawn {
		t.Fatalf("%s has no table below %q", file, heading)
	}
	_, rest, _ := strings.Cut(table, "\n\n")
	var b strings.Builder
	for i, row := range rows {
		b.WriteString("\n| " + strings.Join(row, " | ") + " |")
		if i == 0 {
			b.WriteString("\n" + strings.Repeat("|---", len(row)) + "|")
		}
	}
	golden(t, file, before+"\n"+heading+"\n"+text+strings.ReplaceAll(b.String(), "|  ", "| ")+"\n\n"+rest)
}

func forWhom(p Product) string {
	if p.Holder == BySerial {
		return "a PBX, by serial number"
	}
	return "our account, or a customer"
}

func chosen(p Product) string {
	what := "the service"
	switch {
	case p.ServicesAlone:
		what = "plan, services or both"
	case p.Together:
		what = "plan with all its services"
	case p.PlanLine && p.ServiceLines:
		what = "plan, with or without services"
	case p.PlanLine:
		what = "plan"
	}
	if p.Quantity == QuantityCurrent {
		what += "; the number of extensions"
	}
	return what
}

// termsOf are the terms of a row for people.
func termsOf(p Product) string {
	var parts []string
	for _, terms := range byCycle(p) {
		first, last := terms[0], terms[len(terms)-1]
		part := last.String()
		if first != last {
			part = strings.Fields(first.String())[0] + " to " + part
		}
		parts = append(parts, part)
	}
	all := strings.Join(parts, ", or ")
	if p.CycleKept {
		all += ": as it is paid now"
	}
	return all
}

// byCycle are the terms of a row, years before months.
func byCycle(p Product) [][]Term {
	var all [][]Term
	for _, cycle := range []string{Annually, Monthly} {
		terms := slices.DeleteFunc(slices.Clone(p.Terms), func(t Term) bool { return t.BillingCycle != cycle })
		if len(terms) > 0 {
			all = append(all, terms)
		}
	}
	return all
}

func cycles(p Product) string {
	var parts []string
	for _, terms := range byCycle(p) {
		first, last := terms[0], terms[len(terms)-1]
		part := fmt.Sprintf("%s %d", first.BillingCycle, first.MultiCycle)
		if first != last {
			part += fmt.Sprintf(" to %d", last.MultiCycle)
		}
		parts = append(parts, part)
	}
	all := strings.Join(parts, ", ")
	if p.CycleKept {
		all = "the present cycle: " + all
	}
	return all
}

func linesOf(p Product) string {
	switch {
	case p.Together:
		return "plan and services together"
	case p.PlanLine && p.ServiceLines:
		return "plan, services"
	case p.PlanLine:
		return "plan"
	case p.Service != "":
		return "the service of that name"
	}
	return "services"
}

func sure(p Product) string {
	switch {
	case p.Certainty != Documented:
		return "by name. " + p.Unsure
	case p.ServicesAlone:
		return "offered by itself: all values are printed. Services alone are a doubt: no sample shows it"
	}
	return "offered by itself: all values are printed"
}

// ids are those that a page gives, as " (21)" or " (20 or 21)".
func ids(n NotRenewable) string {
	var all []string
	for _, id := range n.IDs {
		all = append(all, fmt.Sprint(id))
	}
	if len(all) == 0 {
		return ""
	}
	return " (" + strings.Join(all, " or ") + ")"
}
