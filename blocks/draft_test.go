package blocks_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"pgregory.net/rapid"

	"renewbot/blocks"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

func TestDraftSurvivesPrivateMetadata(t *testing.T) {
	t.Parallel()
	full := draft()
	full.Request, full.Revision, full.Fingerprint, full.Shown, full.Query = 123, 2, strings.Repeat("f", 32), strings.Repeat("e", 32), "acme"
	full.Term, full.TermByHand, full.Cycle = "annually-5", true, "annually"
	longest := full
	longest.Services, longest.ServiceQuantity = nil, map[yeastar.ID]string{}
	for i := range blocks.MaxServices {
		id := yeastar.ID(strings.Repeat("3", 18) + string(rune('0'+i)))
		longest.Services = append(longest.Services, id)
		longest.ServiceQuantity[id] = "10000000"
	}
	longest.Note, longest.Query = strings.Repeat(`"`, renewal.MaxNote), strings.Repeat("q", 100)
	for name, d := range map[string]blocks.Draft{"empty": {}, "full": full, "longest that the form takes": longest} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := blocks.DecodeDraft(d.Encode())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(d, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDraftNeverExceedsPrivateMetadata(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := hostileDraft(t)
		s := d.Encode()
		if n := utf8.RuneCountInString(s); n > 3000 || !utf8.ValidString(s) {
			t.Fatalf("%d characters: %q", n, s)
		}
		got, err := blocks.DecodeDraft(s)
		if err != nil {
			t.Fatal(err)
		}
		if got.Request != d.Request || got.Drawn != d.Drawn || got.Revision != d.Revision {
			t.Fatalf("lost what it is about: %+v", got)
		}
		if again := got.Encode(); again != s {
			t.Fatalf("a second passage changes it:\n%s\n%s", s, again)
		}
	})
}

func TestDecodeRefusesGarbage(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"x", "[]", `{"r":"1"}`, "null x"} {
		if _, err := blocks.DecodeDraft(s); err == nil {
			t.Errorf("DecodeDraft(%q) took it", s)
		}
	}
	for _, s := range []string{"", "again", "{}", `{"r":0}`, `{"r":-1}`, "123"} {
		if _, err := blocks.DecodeTarget(s); err == nil {
			t.Errorf("DecodeTarget(%q) took it", s)
		}
	}
}

func TestTargetRoundTrip(t *testing.T) {
	t.Parallel()
	want := blocks.TargetOf(request(renewal.Unknown))
	got, err := blocks.DecodeTarget(want.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Attempt != 1 {
		t.Errorf("attempt %d", got.Attempt)
	}
}

// view is a view as Slack sends it with a submission or a click.
func view(t *testing.T, metadata, values string) slack.View {
	t.Helper()
	raw, err := json.Marshal(map[string]any{
		"id": "V0AAA", "team_id": "T0ACME", "type": "modal", "private_metadata": metadata, "callback_id": blocks.CallbackForm,
		"state": map[string]any{"values": json.RawMessage(values)}, "hash": "1795000001.abcd", "previous_view_id": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	var v slack.View
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReadForm(t *testing.T) {
	t.Parallel()
	const option = `{"text":{"type":"plain_text","text":"x","emoji":false},"value":`
	tests := []struct {
		name     string
		metadata blocks.Draft
		values   string
		want     blocks.Draft
	}{
		{"nothing but the metadata", draft(), `{}`, draft()},
		{
			"everything filled in", blocks.Draft{Product: "p-series-turnkey", Query: "acme", Drawn: 2},
			`{"holder":{"holder":{"type":"external_select","selected_option":` + option + `"3100000000000000001"}}},
			  "plan.2":{"plan":{"type":"static_select","selected_option":` + option + `"3048941892189077504"}}},
			  "services.2":{"services":{"type":"multi_static_select","selected_options":[` + option + `"3048573759449317376"}]}},
			  "quantity.2":{"quantity":{"type":"number_input","value":"100"}},
			  "service_quantity.3048573759449317376.2":{"service_quantity":{"type":"number_input","value":" 20 "}},
			  "contact.2":{"contact":{"type":"external_select","selected_option":` + option + `"3197218168379846218"}}},
			  "po_number":{"po_number":{"type":"plain_text_input","value":"PO-1"}},
			  "note":{"note":{"type":"plain_text_input","value":"line one\nline two"}},
			  "channel":{"channel":{"type":"conversations_select","selected_conversation":"C0RENEW"}}}`,
			blocks.Draft{
				Product: "p-series-turnkey", Query: "acme", Drawn: 2, Holder: "3100000000000000001", Plan: "3048941892189077504",
				Services: []yeastar.ID{"3048573759449317376"}, Quantity: "100",
				ServiceQuantity: map[yeastar.ID]string{"3048573759449317376": "20"}, Contact: "3197218168379846218",
				PONumber: "PO-1", Note: "line one\nline two", Channel: "C0RENEW",
			},
		},
		{
			"untouched menus keep, emptied texts empty", blocks.Draft{Holder: "own", Plan: "1", Quantity: "5", PONumber: "PO-1", Channel: "C0RENEW"},
			`{"holder":{"holder":{"type":"external_select","selected_option":null}},"plan.0":{"plan":{"type":"static_select","selected_option":null}},
			  "quantity.0":{"quantity":{"type":"number_input","value":null}},"po_number":{"po_number":{"type":"plain_text_input","value":null}},
			  "channel":{"channel":{"type":"conversations_select","selected_conversation":null}}}`,
			blocks.Draft{Holder: "own", Plan: "1", Channel: "C0RENEW"},
		},
		{
			"inputs of another holder do not count", blocks.Draft{Holder: "own", Drawn: 3},
			`{"plan.2":{"plan":{"type":"static_select","selected_option":` + option + `"1"}}},"quantity.2":{"quantity":{"type":"number_input","value":"5"}}}`,
			blocks.Draft{Holder: "own", Drawn: 3},
		},
		{
			"a service that is unchosen loses its quantity", blocks.Draft{Services: []yeastar.ID{"1", "2"}, ServiceQuantity: map[yeastar.ID]string{"1": "5", "2": "6"}},
			`{"services.0":{"services":{"type":"multi_static_select","selected_options":[` + option + `"2"}]}},
			  "service_quantity.1.0":{"service_quantity":{"type":"number_input","value":"5"}},"service_quantity.2.0":{"service_quantity":{"type":"number_input","value":"7"}}}`,
			blocks.Draft{Services: []yeastar.ID{"2"}, ServiceQuantity: map[yeastar.ID]string{"2": "7"}},
		},
		{
			"the line about more customers is nobody", blocks.Draft{Holder: "own"},
			`{"holder":{"holder":{"type":"external_select","selected_option":` + option + `"more"}}}}`, blocks.Draft{},
		},
		{
			"a channel out of a list", blocks.Draft{},
			`{"channel":{"channel":{"type":"static_select","selected_option":` + option + `"C0SALES"}}}}`, blocks.Draft{Channel: "C0SALES"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := blocks.ReadForm(view(t, tt.metadata.Encode(), tt.values))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := blocks.ReadForm(view(t, "garbage", `{}`)); err == nil {
		t.Error("took garbage for private_metadata")
	}
}

// While what the holder has is looked up, nothing is asked that it is proposed for; from then on the
// inputs keep their ids, and so Slack keeps what stands in them: what is found later is not proposed.
func TestLateProposalReplacesNothing(t *testing.T) {
	t.Parallel()
	quantity := func(f blocks.FormData) (id, value string) {
		for _, b := range blocks.Form(f).Blocks.BlockSet {
			if in, ok := b.(*slack.InputBlock); ok {
				if n, ok := in.Element.(*slack.NumberInputBlockElement); ok && n.ActionID == blocks.ActionQuantity {
					return in.BlockID, n.InitialValue
				}
			}
		}
		return "", ""
	}
	f := form()
	f.Draft.Quantity, f.Waiting = "", true
	if id, _ := quantity(f); id != "" {
		t.Errorf("asks for the number in %s while it is looked up", id)
	}
	f.Waiting, f.QuantityPrefill = false, "80"
	found, value := quantity(f)
	if value != "80" || found == "" {
		t.Errorf("found 80: shows %q in %q", value, found)
	}
	f.Draft, _ = blocks.DecodeDraft(blocks.Form(f).PrivateMetadata)
	if blocks.BlockQuantity(f.Draft) != found {
		t.Errorf("its errors stand in %s, the number in %s", blocks.BlockQuantity(f.Draft), found)
	}
	for _, shown := range []string{"80", "90", ""} { // what Slack tells stands there
		for _, late := range []string{"80", "100", ""} {
			f.Draft.Quantity = shown
			f.Waiting, f.QuantityPrefill = true, ""
			if id, value := quantity(f); id != found || value != shown {
				t.Errorf("while it is looked up again: shows %q in %s, which was %q in %s", value, id, shown, found)
			}
			f.Waiting, f.QuantityPrefill = false, late
			if id, value := quantity(f); id != found || value != shown {
				t.Errorf("now %q is found: shows %q in %s, which was %q in %s", late, value, id, shown, found)
			}
		}
	}
	f.Draft.Holder = "another"
	if id, _ := quantity(f); id == found {
		t.Errorf("another customer's number stands in %s, too", id)
	}
}

func TestReadSmallForms(t *testing.T) {
	t.Parallel()
	v := view(t, "", `{"reason":{"reason":{"type":"plain_text_input","value":" too early "}},"order_no":{"order_no":{"type":"plain_text_input","value":"XS1\n"}}}`)
	if got := blocks.ReadReason(v); got != "too early" {
		t.Errorf("reason %q", got)
	}
	if got := blocks.ReadOrderNo(v); got != "XS1" {
		t.Errorf("order number %q", got)
	}
	if got := blocks.ReadReason(slack.View{}); got != "" {
		t.Errorf("reason %q of an empty view", got)
	}
}

// A plan that is on offer no more does not stay in its menu; one that is chosen does.
func TestPlanThatIsGoneDoesNotStay(t *testing.T) {
	t.Parallel()
	f := form()
	ids := map[bool]string{}
	for _, plan := range []yeastar.ID{"", "3048941892189077504", "1"} {
		f.Draft.Plan = plan
		v := blocks.Form(f)
		drawn, err := blocks.DecodeDraft(v.PrivateMetadata)
		if err != nil {
			t.Fatal(err)
		}
		gone, id := plan == "1", v.Blocks.BlockSet[1].ID()
		if got := blocks.BlockPlan(drawn); got != id || (ids[gone] != "" && ids[gone] != id) || ids[!gone] == id {
			t.Errorf("plan %q stands in %s, its errors in %s; before it was in %v", plan, id, got, ids)
		}
		ids[gone] = id
	}
}

// TestFieldsAreInputs holds the block ids for field errors against the form: a key that
// is no input of the view makes Slack show an error that nobody understands.
func TestFieldsAreInputs(t *testing.T) {
	t.Parallel()
	v := blocks.Form(form())
	d, err := blocks.ReadForm(view(t, v.PrivateMetadata, `{}`))
	if err != nil {
		t.Fatal(err)
	}
	inputs := map[string]bool{}
	for _, b := range v.Blocks.BlockSet {
		if b.BlockType() == slack.MBTInput {
			inputs[b.ID()] = true
		}
	}
	want := map[string]bool{
		blocks.BlockHolder(d): true, blocks.BlockPlan(d): true, blocks.BlockQuantity(d): true, blocks.BlockServices(d): true,
		blocks.BlockServiceQuantity(d, "3048573759449317376"): true, blocks.BlockContact(d): true, blocks.BlockPO: true,
		blocks.BlockNote: true, blocks.BlockChannel: true, blocks.BlockWhen(d): true,
	}
	if diff := cmp.Diff(want, inputs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
