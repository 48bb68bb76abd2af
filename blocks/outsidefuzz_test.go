package blocks_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim/blockkit"
	"renewbot/yeastar"
)

// outsider is everything in a request and its story that somebody outside writes: people,
// the vendor, and through it the vendor's customers.
type outsider struct{ name, mail, po, note, reason, detail, id string }

// harmless is the same request with nothing in it that Slack could take for markup.
var harmless = outsider{"Acme", "it at acme", "PO", "please", "because", "no", "7"}

func (o outsider) request(status renewal.Status) renewal.Request {
	return with(status, func(r *renewal.Request) {
		r.Offer.Holder = renewal.Holder{PartnerID: yeastar.ID(o.id), Name: o.name, Email: o.mail, SerialNumber: o.id}
		r.Offer.Contact = renewal.Contact{ID: yeastar.ID(o.id), Name: o.name, Email: o.mail}
		for i := range r.Offer.Lines {
			r.Offer.Lines[i].Name = o.name
		}
		r.Offer.PONumber, r.Offer.QuantitySource, r.Note, r.Reason = o.po, o.detail, o.note, o.reason
		r.Revision, r.Changes = 2, []string{o.name + " → " + o.detail}
		if r.Problem != nil {
			r.Problem.Code, r.Problem.Detail, r.Problem.RequestID = o.id, o.detail, o.id
			r.Search = &renewal.Search{Candidates: []string{o.id}}
		}
		if r.Order != nil {
			r.Order.OrderNo, r.Order.TransactionNo, r.Order.OrderStatus = o.id, o.id, o.detail
		}
	})
}

func (o outsider) entry(e renewal.Entry) renewal.Entry {
	e.Detail = map[string]string{
		renewal.DetailReason: o.reason, renewal.DetailOrderNo: o.id, renewal.DetailTransactionNo: o.id, renewal.DetailVendorStatus: o.detail,
		renewal.DetailVendorCode: o.id, renewal.DetailVendorDetail: o.detail, renewal.DetailVendorRequest: o.id, renewal.DetailSummary: o.name,
		renewal.DetailChanges: o.name + "; " + o.detail, renewal.DetailCandidates: o.id, renewal.DetailAttempt: "1",
	}
	return e
}

// pages are everything that is drawn with an outsider's words in it.
func (o outsider) pages() []shown {
	var out []shown
	message := func(name string, m blocks.Message) { out = append(out, shown{name, m}) }
	for _, s := range renewal.Statuses() {
		r := o.request(s)
		message("summary "+string(s), blocks.Summary(r))
		message("card "+string(s), blocks.Card(r, blocks.Asked{}, renewal.Pause{}))
		message("announcement "+string(s), blocks.Announcement(r, o.entry(renewal.Entry{})))
	}
	for _, e := range events() {
		r, entry := o.request(e.request.Status), o.entry(e.entry)
		if m, ok := blocks.ThreadLine(r, entry, blocks.Asked{IDs: []string{bob}}); ok {
			message("thread "+e.name, m)
		}
		if m, ok := blocks.Direct(r, entry); ok {
			message("direct "+e.name, m)
		}
		message("audit "+e.name, blocks.AuditLine(r, entry))
	}
	r := o.request(renewal.Unknown)
	message("detail", blocks.Detail(r, []renewal.Entry{o.entry(events()[0].entry)}, nil))
	message("list", blocks.List([]renewal.Request{r}, []renewal.Request{r}, nil, nil))
	message("no customer", blocks.Preface("I know no customer “"+o.name+"”.", blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()})))
	draft := blocks.Draft{
		Holder: o.id, Plan: yeastar.ID(o.id), Quantity: o.detail, Contact: yeastar.ID(o.id), PONumber: o.po, Note: o.note, Query: o.name, Channel: "C0RENEW",
	}
	chosen := blocks.Choice{ID: o.id, Label: o.name, Detail: o.mail}
	data := form()
	data.Draft, data.Holder, data.Contact, data.QuantityHint, data.QuantityPrefill = draft, &chosen, &chosen, o.detail, o.id
	data.Plans, data.Services = []blocks.Choice{chosen}, []blocks.Choice{chosen}
	out = append(out, shown{"form", blocks.Form(data)}, shown{"trouble", blocks.Trouble(draft, o.detail, o.id)},
		shown{"review", blocks.Review(draft, r.Offer, blocks.ReviewData{Now: now, Channel: "C0RENEW", Approvers: []string{bob}, Changes: r.Changes})},
		shown{"reject", blocks.RejectForm(r)}, shown{"settle", blocks.SettlePlacedForm(r)}, shown{"submitted", blocks.Submitted(r, true)},
		shown{"home", blocks.Home(blocks.HomeData{Command: "/renew", Waiting: []renewal.Request{r}, Open: []renewal.Request{r}})},
		shown{"menu", blocks.HolderOptions([]renewal.Holder{{PartnerID: yeastar.ID(o.id), Name: o.name, Email: o.mail}, {SerialNumber: o.id, Name: o.name}}, 3)})
	return out
}

// FuzzOutsideWords writes anything wherever somebody outside can write. Slack takes the
// result, and it mentions, links and notifies nothing that the same message
// with harmless words does not.
func FuzzOutsideWords(f *testing.F) {
	f.Add("Acme", "it@acme.example", "PO-1", "<!here>", "@channel", "www.evil.example", "3100000000000000001")
	for _, s := range append(slices.Clone(injections), "", "\x00", "\xff", "\u202Egnp", "شركة", "👩‍👩‍👧‍👦", strings.Repeat("&<>", 2000), strings.Repeat("*_~`", 1000), "a\nb\n>c", "<!date^1^{date}^https://evil.example|x>", "RNW-000001>", "<@U0BOB", "U0EVIL") {
		f.Add(s, s, s, s, s, s, s)
	}
	var allowed []map[string]bool
	for _, p := range harmless.pages() {
		allowed = append(allowed, effects(drawn(f, p)))
	}
	f.Fuzz(func(t *testing.T, name, mail, po, note, reason, detail, id string) {
		pages := outsider{name, mail, po, note, reason, detail, id}.pages()
		if len(pages) != len(allowed) {
			t.Fatalf("%d pages instead of %d", len(pages), len(allowed))
		}
		for i, p := range pages {
			raw := checkPage(t, p)
			for what := range effects(raw) {
				if !allowed[i][what] {
					t.Errorf("%s: %s that nobody meant\n%s", p.name, what, raw)
				}
			}
		}
	})
}

// drawn is a page as Slack gets it.
func drawn(t testing.TB, p shown) []byte {
	t.Helper()
	what := p.what
	if m, ok := what.(blocks.Message); ok {
		what = map[string]any{"message": m.Text, "blocks": m.Blocks}
	}
	raw, err := json.Marshal(what)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// checkPage wants Slack to take a page.
func checkPage(t *testing.T, p shown) []byte {
	t.Helper()
	raw := drawn(t, p)
	if !utf8.Valid(raw) {
		t.Errorf("%s is not UTF-8", p.name)
	}
	var problems []blockkit.Problem
	switch what := p.what.(type) {
	case blocks.Message:
		list, err := json.Marshal(what.Blocks)
		if err != nil {
			t.Fatal(err)
		}
		problems = blockkit.ValidateMessage(list, what.Text)
	case slack.ModalViewRequest, slack.HomeTabViewRequest:
		problems = blockkit.ValidateView(raw)
	case blocks.OptionsResponse:
		problems = blockkit.ValidateOptions(raw)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", p.name, problem)
	}
	return raw
}

// What Slack makes something of: the first in any text, the last two in one that is not
// verbatim. Formats such as bold are looked at in TestMessagesWithstandAnyText.
var (
	brackets = regexp.MustCompile(`<[^>]*>?`)
	emoji    = regexp.MustCompile(`:[a-z0-9_+-]+:`)
	shout    = regexp.MustCompile(`@(?:channel|here|everyone|[a-z])`)
	address  = regexp.MustCompile(`(?i)https?://\pL|mailto:[\pL\d]|\bwww\.[a-z]`)
	quote    = regexp.MustCompile(`(?m)^(?:>|&gt;)`)
)

// effects are the mentions, links, emoji and quotes of a page.
func effects(raw []byte) map[string]bool {
	out := map[string]bool{}
	note := func(kind string, found []string) {
		for _, s := range found {
			out[kind+" "+s] = true
		}
	}
	texts(raw, func(text string, verbatim bool) {
		note("markup", brackets.FindAllString(text, -1))
		note("emoji", emoji.FindAllString(text, -1))
		if strings.Contains(text, ">") || strings.Contains(text, "&gt;") {
			note("quote", quote.FindAllString(text, -1))
		}
		if !verbatim {
			note("address", address.FindAllString(text, -1))
			note("call", shout.FindAllString(text, -1))
		}
	})
	return out
}

// texts visits what Slack formats: the top-level text and the mrkdwn of blocks.
func texts(raw []byte, visit func(text string, verbatim bool)) {
	var v any
	if json.Unmarshal(raw, &v) != nil {
		return
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			if s, ok := v["message"].(string); ok {
				visit(s, false)
			}
			if s, ok := v["text"].(string); ok && v["type"] == slack.MarkdownType {
				visit(s, v["verbatim"] == true)
			}
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	walk(v)
}

// FuzzTarget reads anything as what a button is about. What is read names one request,
// and comes back the same when it is drawn again.
func FuzzTarget(f *testing.F) {
	for _, s := range []string{"", "{}", `{"r":1}`, `{"r":123,"v":2,"f":"abc","a":1}`, `{"r":-1}`, `{"r":1e3}`, `{"r":"1"}`, `[1]`, `{"r":1,"f":"<!channel>\n\u202e"}`, `{"R":5}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := blocks.DecodeTarget(value)
		if err != nil {
			if got != (blocks.Target{}) {
				t.Errorf("%q: %+v and %v", value, got, err)
			}
			return
		}
		encoded := got.Encode()
		again, err := blocks.DecodeTarget(encoded)
		if err != nil || again.Encode() != encoded || again.Request != got.Request || again.Revision != got.Revision || again.Attempt != got.Attempt || got.Request <= 0 {
			t.Errorf("%q: %+v came back as %+v, %v", value, got, again, err)
		}
		if len([]rune(encoded)) > 255 {
			t.Errorf("%q: the value has %d characters", value, len(encoded))
		}
	})
}

// FuzzForm reads a submitted form out of anything. Whatever it holds fits into the next
// view's private_metadata, where it stays as it is.
func FuzzForm(f *testing.F) {
	f.Add(draft().Encode(), `{"note":{"note":{"value":"x"}},"quantity..2":{"quantity":{"value":"100"}}}`)
	f.Add(`{"s":["1","1",""],"sq":{"1":"٣"},"t":-3,"r":-1}`, `{"services.-3":{"services":{"selected_options":[{"value":"1"},{"value":"2"}]}}}`)
	f.Add(`{"n":"`+strings.Repeat("é", 600)+`"}`, `{"channel":{"channel":{"selected_conversation":"D0X","selected_channel":"C0X"}}}`)
	f.Add("", `{"holder":{"holder":{"selected_option":{"value":"more"}}},"po_number":{"po_number":{"value":"\u0000<"}}}`)
	f.Fuzz(func(t *testing.T, metadata, state string) {
		var v slack.View
		v.PrivateMetadata, v.State = metadata, &slack.ViewState{}
		if json.Unmarshal([]byte(state), &v.State.Values) != nil {
			return
		}
		d, err := blocks.ReadForm(v)
		if err != nil {
			return
		}
		encoded := d.Encode()
		if n := len([]rune(encoded)); n > 3000 {
			t.Fatalf("the metadata has %d characters", n)
		}
		again, err := blocks.DecodeDraft(encoded)
		if err != nil || again.Encode() != encoded {
			t.Fatalf("%s came back as %s, %v", encoded, again.Encode(), err)
		}
		if d.Request != again.Request || len(again.Services) > blocks.MaxServices {
			t.Errorf("%+v came back as %+v", d, again)
		}
		data := form()
		data.Draft = d
		checkPage(t, shown{"form", blocks.Form(data)})
	})
}
