package blocks_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"renewbot/blocks"
	"renewbot/bot/due"
	"renewbot/bot/renewal"
	"renewbot/bot/slacksim/blockkit"
	"renewbot/yeastar"
)

// ackLimit is where Slack begins to drop frames without a word.
const ackLimit = 20_480

// injections are what somebody would write to make Slack do something.
var injections = []string{
	"<!channel>", "<!here>", "<@U0EVIL>", "<!subteam^S0EVIL>", "<#C0EVIL>", "<https://evil.example|https://bank.example>",
	"<!date^1795000000^{date}|tomorrow>", "*evil*", "_evil_", "~evil~", "`evil`", "```evil```", ":evil:", "https://evil.example",
	"www.evil.example", "@channel", "> evil", "&amp;", "&lt;!channel&gt;", "mailto:evil@evil.example",
}

// outsideText is anything that a person or the vendor might write.
func outsideText() *rapid.Generator[string] {
	pieces := append([]string{
		"", " ", "\n", "\r\n\t", "Acme", "شركة المثال", "חברה לדוגמה", "\u202Egnp.exe\u202C", "e\u0301\u0302\u0323", "👩‍👩‍👧‍👦", "🇩🇪", "👍🏽",
		"\u200B", "\u0000", "\xff\xfe", "日本語", "&", "<", ">", "*", "_", "\"", "\\", "\u2028", "…", "RNW-000001", "12",
	}, injections...)
	return rapid.OneOf(
		rapid.SampledFrom(pieces),
		rapid.Map(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 12), func(s []string) string { return strings.Join(s, "") }),
		rapid.String(),
		rapid.Custom(func(t *rapid.T) string { // huge
			return strings.Repeat(rapid.SampledFrom(pieces).Draw(t, "piece"), rapid.IntRange(100, 5000).Draw(t, "times"))
		}),
	)
}

func hostileOffer(t *rapid.T) renewal.Offer {
	s := func(name string) string { return outsideText().Draw(t, name) }
	o := renewal.Offer{
		Product:  rapid.SampledFrom([]string{"p-series-turnkey", "other", s("product")}).Draw(t, "row"),
		Holder:   renewal.Holder{PartnerID: yeastar.ID(s("partner")), SerialNumber: s("serial"), Name: s("holder"), Email: s("mail")},
		Contact:  renewal.Contact{ID: yeastar.ID(s("contact id")), Name: s("contact"), Email: s("contact mail")},
		PONumber: s("po"), QuantitySource: s("source"),
	}
	for i := range rapid.IntRange(0, 14).Draw(t, "lines") {
		o.Lines = append(o.Lines, renewal.Line{
			Type: rapid.SampledFrom([]string{yeastar.LinePlan, yeastar.LineService}).Draw(t, "type"),
			ID:   yeastar.ID(fmt.Sprint(i)), Name: s("line"), Quantity: rapid.Int().Draw(t, "quantity"),
		})
	}
	if rapid.Bool().Draw(t, "priced") {
		o.Price = &renewal.Price{Amount: decimal.New(rapid.Int64().Draw(t, "amount"), -2), Currency: s("currency")}
	}
	if rapid.Bool().Draw(t, "quoted") {
		o.Quote = &renewal.Quote{Price: renewal.Price{Amount: decimal.New(rapid.Int64().Draw(t, "quote"), -3), Currency: s("quote's currency")}}
	}
	o.CurrentExpiry = moment(t)
	return o
}

// hostileDoubts are up to 60 doubts with names from outside.
func hostileDoubts(t *rapid.T) []renewal.Doubt {
	known := doubts()
	var out []renewal.Doubt
	for range rapid.IntRange(0, 60).Draw(t, "doubts") {
		d := rapid.SampledFrom(known).Draw(t, "doubt")
		d.OrderNo, d.Names = outsideText().Draw(t, "order"), []string{outsideText().Draw(t, "name"), outsideText().Draw(t, "another name")}
		out = append(out, d)
	}
	return out
}

func moment(t *rapid.T) time.Time {
	return rapid.SampledFrom([]time.Time{{}, now, time.Unix(-1, 0), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Unix(1<<40, 0)}).Draw(t, "time")
}

func hostileRequest(t *rapid.T) renewal.Request {
	s := func(name string) string { return outsideText().Draw(t, name) }
	r := renewal.Request{
		ID: rapid.Int64Range(1, 999_999_999_999).Draw(t, "id"), Status: rapid.SampledFrom(renewal.Statuses()).Draw(t, "status"),
		Requester: rapid.SampledFrom([]string{alice, s("requester")}).Draw(t, "who"), Channel: rapid.SampledFrom([]string{"C0RENEW", s("channel")}).Draw(t, "where"),
		Note: s("note"), Revision: rapid.IntRange(1, 3).Draw(t, "revision"), Offer: hostileOffer(t), Fingerprint: s("fingerprint"),
		DryRun: rapid.Bool().Draw(t, "dry"), Required: rapid.IntRange(0, 30).Draw(t, "required"), ClosedBy: s("closed by"), ClosedFor: s("closed for"), ReturnedBy: s("returned by"), ReturnedFor: s("returned for"), Reason: s("reason"),
		CreatedAt: moment(t), UpdatedAt: moment(t), ExpiresAt: moment(t),
	}
	r.Changes = rapid.SliceOfN(outsideText(), 0, 15).Draw(t, "changes")
	r.Doubts, r.DoubtReason, r.Unexplained = hostileDoubts(t), s("why"), rapid.Bool().Draw(t, "unexplained")
	if rapid.Bool().Draw(t, "explained") {
		r.Explained = &renewal.Explanation{By: s("by"), For: s("for"), At: now, Words: s("words")}
	}
	for range rapid.IntRange(0, 20).Draw(t, "votes") {
		r.Votes = append(r.Votes, renewal.Vote{By: s("voter"), For: s("in whose place"), At: now})
	}
	if rapid.Bool().Draw(t, "problem") {
		r.Problem = &renewal.Problem{Code: s("code"), Detail: s("detail"), RequestID: s("request id")}
	}
	if rapid.Bool().Draw(t, "searched") {
		r.Search = &renewal.Search{Candidates: rapid.SliceOfN(outsideText(), 0, 8).Draw(t, "candidates")}
	}
	if rapid.Bool().Draw(t, "order") {
		r.Order = &yeastar.OrderResult{OrderNo: s("order"), OrderStatus: s("order status"), TransactionNo: s("transaction")}
	}
	return r
}

func hostileEntry(t *rapid.T, r renewal.Request) renewal.Entry {
	codes := []renewal.Code{renewal.Code(outsideText().Draw(t, "code"))}
	for _, e := range events() {
		codes = append(codes, e.entry.Code)
	}
	e := renewal.Entry{
		Seq: rapid.Int64Range(0, 1<<40).Draw(t, "seq"), RequestID: r.ID, At: moment(t), Code: rapid.SampledFrom(codes).Draw(t, "event"),
		Actor: rapid.SampledFrom([]string{bob, renewal.System, outsideText().Draw(t, "actor")}).Draw(t, "by"), Revision: r.Revision,
		From: rapid.SampledFrom(renewal.Statuses()).Draw(t, "from"), To: r.Status, Hash: outsideText().Draw(t, "hash"), Detail: map[string]string{},
	}
	for _, k := range []string{
		renewal.DetailReason, renewal.DetailRefusal, renewal.DetailAction, renewal.DetailAttempt, renewal.DetailOrderNo, renewal.DetailTransactionNo,
		renewal.DetailVendorStatus, renewal.DetailVendorCode, renewal.DetailVendorDetail, renewal.DetailVendorRequest, renewal.DetailFingerprint,
		renewal.DetailVotes, renewal.DetailChanges, renewal.DetailRetryAt, renewal.DetailUntil, renewal.DetailSummary, renewal.DetailWho, renewal.DetailCandidates,
		renewal.DetailComment, renewal.DetailAgain, renewal.DetailPausedBy, outsideText().Draw(t, "key"),
	} {
		e.Detail[k] = outsideText().Draw(t, k)
	}
	return e
}

func TestMessagesWithstandAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := hostileRequest(t)
		e := hostileEntry(t, r)
		approvers := rapid.SliceOfN(outsideText(), 0, 40).Draw(t, "approvers")
		line, _ := blocks.ThreadLine(r, e, blocks.Asked{IDs: approvers})
		direct, _ := blocks.Direct(r, e)
		for _, m := range []shown{
			{"summary", blocks.Summary(r)}, {"card", blocks.Card(r, blocks.Asked{IDs: approvers}, renewal.Pause{By: r.Requester, Reason: r.Note, At: r.AskedAt})}, {"announcement", blocks.Announcement(r, e)}, {"thread", line}, {"direct", direct},
			{"audit", blocks.AuditLine(r, e)}, {"linked", links().Linked(blocks.AuditLine(r, e), r.ID)}, {"help", blocks.Help(outsideText().Draw(t, "command"), blocks.HelpData{Offered: yeastar.Products(), Unlisted: approvers})},
			{"list", blocks.List([]renewal.Request{r, r}, repeat(r, 30), nil, blocks.Links{r.ID: r.Note})}, {"detail", blocks.Detail(r, repeat(e, 25), links())},
			{"due", blocks.Due(hostileDue(t, r))}, {"known", blocks.DueKnown(hostileDue(t, r))}, {"digest", blocks.DueDigest(hostileDue(t, r).List.Digest(nil), now)},
			{"owner's digest", blocks.DueOwnersDigest(hostileDue(t, r).List.Rows, r.Changes, now)},
			{"imported", blocks.DueImportTold(hostileImport(t, r).Result, "")}, {"not imported", blocks.DueImportTold(due.Import{}, r.Note+"!")},
			{"history", blocks.History(hostileHistory(t, r))}, {"history's choice", blocks.HistoryChoice(r.Note, []renewal.Holder{r.Offer.Holder, {Name: r.Reason}}, 3)},
			{"preface", blocks.Preface(r.Note, blocks.Help("/renew", blocks.HelpData{Offered: yeastar.Products()}))}, {"reopen", blocks.Reopen(r.Note)}, {"over", blocks.NudgeOver(r, e, true)},
			{"answer", blocks.Answer(renewal.Sentence{renewal.Text("Only "), renewal.ID(bob), renewal.Text(" can do that: " + r.Note), renewal.State{Request: r}})},
		} {
			if message := m.what.(blocks.Message); message.Blocks != nil {
				checkMessage(t, m.name, message)
			}
		}
	})
}

func TestViewsWithstandAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := hostileRequest(t)
		d := hostileDraft(t)
		data := hostileForm(t, d)
		checkView(t, "form", blocks.Form(data))
		checkView(t, "trouble", blocks.Trouble(d, r.Note, r.Note))
		checkView(t, "notice", blocks.Notice(r.Note, renewal.Sentence{renewal.Text(r.Reason), renewal.ID(r.Note), renewal.State{Request: r}}))
		checkView(t, "home", blocks.Home(blocks.HomeData{
			Command: r.Note, Waiting: repeat(r, 20), Open: repeat(r, 20), Recent: repeat(r, 20), Links: blocks.Links{r.ID: r.Reason},
			Can: map[int64][]renewal.Action{r.ID: {renewal.ActionApprove, renewal.ActionReturn, renewal.ActionReject}}, Pause: renewal.Pause{By: r.Note, Reason: r.Reason}, Due: blocks.DueSection(hostileDue(t, r), bob),
		}))
		row, target := hostileDue(t, r).List.Rows[0], blocks.DueTarget{Key: due.Key{Product: r.Note, Holder: r.Reason}, State: r.Note, Answer: r.Reason, Chosen: slices.Repeat([]due.Key{{Product: r.Note, Holder: r.Reason}}, 50)}
		checkView(t, "due snooze", blocks.DueSnoozeForm(target, row, now))
		checkView(t, "due ending", blocks.DueEndingForm(target, row))
		checkView(t, "due owner", blocks.DueOwnerForm(target, row, false))
		imported := hostileImport(t, r)
		checkView(t, "due import", blocks.DueImportForm(imported))
		checkView(t, "due imported", blocks.DueImported(imported.Result))
		for name, v := range map[string]slack.ModalViewRequest{
			"review": blocks.Review(d, r.Offer, blocks.ReviewData{
				Now: now, Channel: r.Channel, DryRun: r.DryRun, Approvers: r.Changes, Required: r.Required, Changes: r.Changes, Warning: r.Reason,
				Doubts: r.Doubts, DoubtReason: r.DoubtReason,
			}),
			"submitted": blocks.Submitted(r, false), "amended": blocks.Submitted(r, true), "reject": blocks.RejectForm(r),
			"return": blocks.ReturnForm(r), "approve": blocks.ApproveForm(r, renewal.Pause{By: r.Requester, Reason: r.Note}),
			"settle placed": blocks.SettlePlacedForm(r), "settle placed anyway": blocks.SettlePlacedAnyway(r, blocks.TargetOf(r), r.Note, r.Reason, r.Changes), "settle not placed": blocks.SettleNotPlacedForm(r),
			"list": blocks.ListPage(blocks.HomeData{Links: blocks.Links{r.ID: r.Note}}, blocks.ListMine, nil, repeat(r, 30), 0),
		} {
			checkView(t, name, v)
			ack(t, name, slack.NewPushViewSubmissionResponse(&v))
		}
	})
}

func TestMenusWithstandAnyText(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var holders []renewal.Holder
		var contacts []yeastar.BillingContact
		for range rapid.IntRange(0, 130).Draw(t, "n") {
			id, company, mail := yeastar.ID(outsideText().Draw(t, "id")), outsideText().Draw(t, "company"), outsideText().Draw(t, "mail")
			holders = append(holders, renewal.Holder{PartnerID: id, Name: company, Email: mail},
				renewal.Holder{SerialNumber: string(id), Name: company})
			contacts = append(contacts, yeastar.BillingContact{ID: id, Company: company, Email: mail})
		}
		for name, o := range map[string]blocks.OptionsResponse{
			"holders":  blocks.HolderOptions(holders, rapid.IntRange(0, 5000).Draw(t, "more")),
			"contacts": blocks.ContactOptions(contacts),
		} {
			raw := ack(t, name, o)
			for _, p := range blockkit.ValidateOptions(raw) {
				t.Fatalf("%s: %s", name, p)
			}
			for _, option := range o.Options {
				if len(option.Value) > 4*75 || utf8.RuneCountInString(option.Value) > 75 {
					t.Fatalf("%s: value %q is too long", name, option.Value)
				}
			}
			walk(t, name, raw)
		}
	})
}

func hostileDraft(t *rapid.T) blocks.Draft {
	s := func(name string) string { return outsideText().Draw(t, name) }
	d := blocks.Draft{
		Product: s("product"), Holder: s("holder"), Plan: yeastar.ID(s("plan")), Quantity: s("quantity"), Contact: yeastar.ID(s("contact")),
		PONumber: s("po"), Note: s("note"), Channel: s("channel"), Term: s("term"), Cycle: s("cycle"), Query: s("query"), Request: rapid.Int64Range(0, 999_999_999_999).Draw(t, "request"),
		Revision: rapid.Int().Draw(t, "revision"), Fingerprint: s("fingerprint"), Drawn: rapid.Int().Draw(t, "drawn"), Asked: rapid.Bool().Draw(t, "asked"), Shown: s("shown"),
		ServiceQuantity: map[yeastar.ID]string{},
	}
	for range rapid.IntRange(0, 20).Draw(t, "services") {
		id := yeastar.ID(s("service"))
		d.Services = append(d.Services, id)
		d.ServiceQuantity[id] = s("service quantity")
	}
	return d
}

func hostileForm(t *rapid.T, d blocks.Draft) blocks.FormData {
	s := func(name string) string { return outsideText().Draw(t, name) }
	choices := func(name string, n int) []blocks.Choice {
		var out []blocks.Choice
		for range rapid.IntRange(0, n).Draw(t, name) {
			out = append(out, blocks.Choice{ID: s("id"), Label: s("label"), Detail: s("detail")})
		}
		return out
	}
	f := blocks.FormData{
		Draft: d, Products: yeastar.Products(), Matches: rapid.IntRange(0, 9).Draw(t, "matches"), Plans: choices("plans", 110), Services: choices("services", 20),
		Trouble: s("trouble"), TroubleCode: s("trouble code"), QuantityHint: s("hint"), QuantityPrefill: s("prefill"), Expiry: moment(t), ChannelHint: s("channel hint"), Waiting: rapid.Bool().Draw(t, "waiting"),
		Cycle: s("cycle told"), Warning: s("warning"), DryRun: rapid.Bool().Draw(t, "dry"),
		Channels: rapid.SliceOfN(outsideText(), 0, 3).Draw(t, "channels"), ServicePrefill: d.ServiceQuantity,
	}
	if rapid.Bool().Draw(t, "row") {
		f.Draft.Product, f.Cycle = rapid.SampledFrom(f.Products).Draw(t, "product of the table").Key, rapid.SampledFrom([]string{"", yeastar.Monthly}).Draw(t, "cycle of the table")
	}
	if rapid.Bool().Draw(t, "chosen") {
		f.Draft.Holder = "own"
		f.Holder, f.Contact = &blocks.Choice{ID: "own", Label: s("own")}, &blocks.Choice{ID: s("contact"), Label: s("contact label")}
		for _, c := range f.Services {
			f.Draft.Services = append(f.Draft.Services, yeastar.ID(c.ID))
			f.Required = append(f.Required, yeastar.ID(c.ID))
		}
	}
	return f
}

func repeat[T any](v T, n int) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func checkMessage(t *rapid.T, name string, m blocks.Message) {
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range blockkit.ValidateMessage(raw, m.Text) {
		t.Fatalf("%s: %s", name, p)
	}
	if m.Text == "" || m.Digest() == "" {
		t.Fatalf("%s: no text or no digest", name)
	}
	tame(t, name+" text", m.Text, false)
	walk(t, name, raw)
}

func checkView(t *rapid.T, name string, v any) {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range blockkit.ValidateView(raw) {
		t.Fatalf("%s: %s", name, p)
	}
	walk(t, name, raw)
}

// ack marshals the payload of an ack and checks the size of its frame.
func ack(t *rapid.T, name string, payload any) []byte {
	raw, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := json.Marshal(map[string]any{"envelope_id": "2b1c7d1e-0a3f-4b44-8a53-55f0c8a1d001", "payload": payload})
	if err != nil {
		t.Fatal(err)
	}
	if len(frame) >= ackLimit {
		t.Fatalf("%s: the ack has %d bytes", name, len(frame))
	}
	return raw
}

// walk checks each text object of a message or view.
func walk(t *rapid.T, name string, raw []byte) {
	if !utf8.Valid(raw) {
		t.Fatalf("%s is not UTF-8", name)
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var visit func(any)
	visit = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, x := range v {
				visit(x)
			}
		case map[string]any:
			switch text, _ := v["text"].(string); v["type"] {
			case "mrkdwn":
				tame(t, name, text, true)
				if v["verbatim"] != true {
					t.Fatalf("%s: %q is not verbatim", name, text)
				}
			case "plain_text":
				if v["emoji"] != false {
					t.Fatalf("%s: %q may have emoji", name, text)
				}
				if strings.ContainsAny(text, "\n\r\u202e\u0000") {
					t.Fatalf("%s: %q has more than one line or a hidden control", name, text)
				}
			}
			for _, x := range v {
				visit(x)
			}
		}
	}
	visit(v)
}

var (
	ours   = regexp.MustCompile(`<(@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^[0-9]+\^[^|<>]+\|[^|<>]+|https?://[^|<>\s]+\|RNW-[0-9]+)>`)
	italic = regexp.MustCompile(`(^|[^\pL\pN])_evil_([^\pL\pN]|$)`) // inside a word Slack does not format
	entity = regexp.MustCompile(`&(amp|lt|gt);`)
)

// tame checks that mrkdwn has no markup but ours.
func tame(t *rapid.T, name, s string, verbatim bool) {
	rest := s
	if strings.Contains(s, "<") {
		rest = ours.ReplaceAllString(s, "")
	}
	if strings.ContainsAny(rest, "<>") || strings.Contains(entity.ReplaceAllString(rest, ""), "&") {
		t.Fatalf("%s: unescaped: %q", name, s)
	}
	if strings.Contains(s, "<@U0EVIL>") || strings.Contains(s, "_evil_") && italic.MatchString(s) {
		t.Fatalf("%s: a mention or italics got through: %q", name, s)
	}
	for _, injected := range injections {
		if strings.ContainsAny(injected, "<&") || injected == "> evil" || injected == "_evil_" {
			continue // covered apart
		}
		if verbatim && strings.ContainsAny(injected, "@/.") {
			continue // Slack makes no links and no names of verbatim text
		}
		if strings.Contains(s, injected) {
			t.Fatalf("%s: %q got through: %q", name, injected, s)
		}
	}
	if strings.ContainsAny(s, "\r\u202e\u0000") {
		t.Fatalf("%s: a hidden control got through: %q", name, s)
	}
}
