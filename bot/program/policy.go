package program

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/shopspring/decimal"
	"golang.org/x/text/currency"

	"renewbot/bot/policy"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

var policyCommand = command{
	name:      "policy",
	line:      "say which rule of a policy file holds for a renewal, and why",
	arguments: "COMMAND",
	about: `
A policy file says who has to approve which renewal, in which steps, and how much may be
spent: see "The policy file" in README.md. Nothing is asked of Slack or the Partner
Portal. Whether a file is right is said by "renewbot check -policy FILE".`,
	commands: []command{policyExplain},
}

var policyExplain = command{
	name: "explain",
	line: "say which rule holds for a renewal, and why others do not",
	about: `
Goes through the rules in their order, up to the first that certainly holds. What is left
out is not known, and then every rule that may hold does, too.

  renewbot policy explain -product p-series-turnkey -quantity 250 -amount 4800
  renewbot policy explain -file new.yaml -product cloud-pbx -requester U012AB3CD -holder own`,
	prepare: func(flags *flag.FlagSet) action {
		var q question
		file := flags.String("file", "", "the policy `FILE`; RENEW_POLICY if it is left out")
		flags.StringVar(&q.product, "product", "", "`KEY` of the product, such as p-series-turnkey")
		flags.IntVar(&q.quantity, "quantity", 0, "`NUMBER` of extensions")
		flags.StringVar(&q.amount, "amount", "", "what it costs, such as `4800.00`; not known if it is left out")
		flags.StringVar(&q.currency, "currency", "", "`CODE` of the amount's currency, such as EUR; the file's if it is left out")
		flags.IntVar(&q.months, "term", 0, "for how many `MONTHS`; the product's usual term if it is left out")
		flags.StringVar(&q.requester, "requester", "", "`ID` of who asks, U…")
		flags.StringVar(&q.groups, "groups", "", "`IDS` of the user groups of the policy that they are in, S…, separated by commas; none is not the same as left out")
		flags.StringVar(&q.holder, "holder", "", "whose it is: own, or an `ID` of a customer or a serial number")
		return func(_ context.Context, c call) int {
			flags.Visit(func(f *flag.Flag) { q.groupsKnown = q.groupsKnown || f.Name == "groups" })
			text, code := c.policyText(*file)
			if code != exitOK {
				return code
			}
			f, err := policy.Parse(text)
			if err != nil {
				return c.failed(fmt.Errorf("the policy file has faults:\n%w", err))
			}
			asked, problem := q.asked(f)
			if problem != "" {
				return c.misused("%s", problem)
			}
			if err := explain(c.stdout, f, asked); err != nil {
				return c.failed(err)
			}
			return exitOK
		}
	},
}

// policyText reads a policy file, or the one of the environment.
func (c call) policyText(file string) ([]byte, int) {
	if file == "" {
		file = os.Getenv("RENEW_POLICY")
	}
	if file == "" {
		return nil, c.misused("name the policy file with -file, or set RENEW_POLICY")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, c.failed(fmt.Errorf("read the policy file: %w", err))
	}
	return text, exitOK
}

// question is a renewal as it is typed.
type question struct {
	product, amount, currency, requester, groups, holder string
	quantity, months                                     int
	groupsKnown                                          bool
}

// asked makes a case of a question, or says what is wrong with it.
func (q question) asked(f *policy.File) (c renewal.Case, problem string) {
	p, ok := yeastar.ProductByKey(q.product)
	if !ok {
		_, err := yeastar.Offered([]string{q.product})
		return c, "-product: " + err.Error()
	}
	c.Offer = renewal.Offer{Product: p.Key, Term: p.Terms[0], Holder: q.held(p)}
	if q.months != 0 {
		c.Offer.Term = yeastar.Term{Months: q.months}
	}
	line := renewal.Line{Type: yeastar.LinePlan, Quantity: q.quantity}
	if !p.PlanLine {
		line.Type = yeastar.LineService
	}
	c.Offer.Lines = []renewal.Line{line}
	if problem := q.mistyped(); problem != "" {
		return c, problem
	}
	if p.Quantity == yeastar.QuantityNone && q.quantity != 0 {
		return c, fmt.Sprintf("-quantity: %s; leave it out, as rules with a quantity do not hold for it", p.CheckQuantity(line.Type, q.quantity))
	}
	if q.amount != "" {
		amount, err := decimal.NewFromString(q.amount)
		if err != nil || amount.IsNegative() {
			return c, "-amount is a number such as 4800.00"
		}
		code := q.currency
		if code == "" {
			code = f.Currency()
		}
		if _, err := currency.ParseISO(code); err != nil {
			return c, "-currency is the code of a currency, such as EUR; the file has none of its own"
		}
		c.Offer.Price = &renewal.Price{Amount: amount, Currency: strings.ToUpper(code)}
	}
	c.Asker = renewal.Asker{ID: q.requester}
	if q.groupsKnown {
		c.Asker.In = q.in()
		c.Asker.Asked = f.Names()
	}
	return c, ""
}

// mistyped says which of what was typed can't be what it is to be.
func (q question) mistyped() string {
	switch {
	case q.quantity < 0 || q.months < 0:
		return "-quantity and -term are numbers from 1 on"
	case q.holder != "" && q.holder != policy.OwnHolder && !policy.HolderID(q.holder):
		return "-holder is own, or the portal's id of a customer or the serial number of a PBX"
	case q.requester != "" && !policy.PersonID(q.requester):
		return `-requester is Slack's id of a person (U… or W…): in Slack, open the profile and choose "Copy member ID"`
	case slices.ContainsFunc(q.in(), func(id string) bool { return !policy.GroupID(id) }):
		return `-groups are Slack's ids of user groups (S…), separated by commas`
	}
	return ""
}

// in are the user groups that were typed.
func (q question) in() []string {
	return strings.FieldsFunc(q.groups, func(r rune) bool { return r == ',' || r == ' ' })
}

// held is whose a package is. Who is not told is nobody whom a rule could name for certain.
func (q question) held(p yeastar.Product) renewal.Holder {
	switch {
	case q.holder == "":
		return renewal.Holder{PartnerID: policy.UnknownHolder}
	case q.holder == policy.OwnHolder:
		return renewal.Holder{}
	case p.Holder == yeastar.BySerial:
		return renewal.Holder{SerialNumber: q.holder}
	}
	return renewal.Holder{PartnerID: yeastar.ID(q.holder)}
}

// explain writes which rule holds, and why.
func explain(w io.Writer, f *policy.File, c renewal.Case) error {
	ruling, verdicts := f.Explain(c)
	var b strings.Builder
	if ruling.Amount != nil {
		note := ""
		if ruling.Estimated {
			note = ", estimated by the policy's own prices"
		}
		fmt.Fprintf(&b, "The amount is %s%s.\n", ruling.Amount, note)
	} else {
		b.WriteString("The amount is not known.\n")
	}
	for _, v := range verdicts {
		fmt.Fprintf(&b, "%-8s rule “%s” (line %d): %s\n", v.Holds, v.Rule, v.Line, v.Why)
	}
	if left := f.Rules() - len(verdicts); left > 0 {
		fmt.Fprintf(&b, "The %d after it are not looked at.\n", left)
	}
	b.WriteString("\nSo it takes:\n")
	for i, way := range renewal.Strictest(ruling.Ways) {
		also := ""
		if i > 0 {
			also = "and also "
		}
		if len(way.Steps) == 0 {
			fmt.Fprintf(&b, "  %sRENEW_APPROVALS_REQUIRED of RENEW_APPROVERS, as no rule certainly holds\n", also)
			continue
		}
		fmt.Fprintf(&b, "  %s%s (rule “%s”)\n", also, way, way.Rule)
	}
	for _, list := range ruling.Requesters {
		fmt.Fprintf(&b, "Only these may ask for it: %s.\n", strings.Join(list, ", "))
	}
	for _, limit := range ruling.Caps {
		fmt.Fprintf(&b, "Cap: %s.", limit)
		if !limit.Measures(ruling.Amount) {
			fmt.Fprintf(&b, " The amount is not known in %s, so this would be refused.", limit.Amount.Currency)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}
