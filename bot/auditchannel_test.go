package bot_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"renewbot/blocks"
	"renewbot/bot/audit"
	"renewbot/bot/renewal"
	"renewbot/bot/sandbox"
	"renewbot/bot/slacksim"
	"renewbot/bot/slackview"
	"renewbot/bot/socket"
)

// auditChannel reads the audit lines of a channel.
func (b *bundle) auditChannel(id string) audit.Channel {
	c := socket.Credentials{BotToken: b.Slack.BotToken(), APIURL: b.Slack.APIURL()}
	return slackview.AuditChannel(c, id, slog.New(slog.DiscardHandler))
}

// compare holds the ledger against the audit channel, and returns what differs.
func (b *bundle) compare() (audit.Compared, []string) {
	b.t.Helper()
	return b.compareIn(sandbox.Audit)
}

func (b *bundle) compareIn(channel string) (audit.Compared, []string) {
	b.t.Helper()
	var differences []string
	read := b.auditChannel(channel)
	c, err := audit.Compare(b.ctx, b.Ledger, channel, read, time.Now(), func(s string) { differences = append(differences, s) })
	if err != nil {
		b.t.Fatal(err)
	}
	return c, differences
}

// witnessed is a sandbox in which three renewals were asked for and whose audit channel
// has a line for each entry.
func witnessed(t *testing.T) (b *bundle, entries []renewal.Entry) {
	t.Helper()
	b = setup(t)
	if err := b.Demo(b.ctx, io.Discard); err != nil {
		t.Fatal(err)
	}
	entries, err := b.Ledger.EntriesAfter(b.ctx, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := b.Slack.WaitMessage(b.ctx, sandbox.Audit, "\n"+auditMark(e)); err != nil {
			t.Fatal(err)
		}
	}
	return b, entries
}

func auditMark(e renewal.Entry) string { return blocks.AuditMark(e.Seq, e.Hash[:8]) }

// lineOf is the audit channel's message of an entry.
func (b *bundle) lineOf(e renewal.Entry) slacksim.Message {
	b.t.Helper()
	m, err := b.Slack.WaitMessage(b.ctx, sandbox.Audit, "\n"+auditMark(e))
	if err != nil {
		b.t.Fatal(err)
	}
	return m
}

// withToken calls Slack as somebody does who has the bot's token.
func (b *bundle) withToken(method string, form url.Values) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.ctx, http.MethodPost, b.Slack.APIURL()+method, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "Bearer "+b.Slack.BotToken())
	answer, err := http.DefaultClient.Do(request) //nolint:forbidigo // the context has a time-out
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(body), `"ok":true`) {
		b.t.Fatalf("%s: %s, %v", method, body, err)
	}
}

func TestTheAuditChannelAgrees(t *testing.T) {
	t.Parallel()
	b, entries := witnessed(t)
	flat := b.lineOf(entries[0]) // as they were before there were threads
	b.Slack.DeleteMessage(flat.Ref())
	b.withToken("chat.postMessage", url.Values{"channel": {sandbox.Audit}, "text": {flat.Text}})
	for i := range 1200 { // people talk in it, so that there are several pages
		b.Slack.Say(sandbox.Audit, sandbox.Bob, fmt.Sprintf("Is ticket #%d done?", i), "")
	}
	b.Slack.SetRateLimits(true)
	stop := b.Slack.Fail("conversations.history", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Second}, slacksim.Times(1))
	defer stop()
	defer b.Slack.Fail("conversations.replies", slacksim.Fault{Kind: slacksim.FaultRateLimit, RetryAfter: time.Second}, slacksim.Times(1))()
	got, differences := b.compare()
	if want := (audit.Compared{Entries: int64(len(entries)), Agreed: int64(len(entries))}); got != want {
		t.Errorf("compared: %+v, want %+v", got, want)
	}
	for _, d := range differences {
		t.Error(d)
	}
	if n := len(b.Slack.Calls("conversations.history")); n < 4 {
		t.Errorf("the channel was read in %d calls, want one for each page and one that had to wait", n)
	}
}

func TestTheAuditChannelTells(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		meddle func(b *bundle, e renewal.Entry)
		want   string // %d: the entry, %s: the beginning of its hash
	}{
		{"a line was deleted", func(b *bundle, e renewal.Entry) {
			b.Slack.DeleteMessage(b.lineOf(e).Ref())
		}, "missing: entry %d was posted there and is gone"},
		{"a line was rewritten", func(b *bundle, e renewal.Entry) {
			m := b.lineOf(e)
			text := strings.Replace(m.Text, auditMark(e), blocks.AuditMark(e.Seq, "0badc0de"), 1)
			b.withToken("chat.update", url.Values{"channel": {sandbox.Audit}, "ts": {m.TS}, "text": {text}})
		}, "different: message "},
		{"a line was forged by somebody else", func(b *bundle, e renewal.Entry) {
			m := b.lineOf(e)
			b.Slack.Say(sandbox.Audit, sandbox.Bob, m.Text, m.ThreadTS)
		}, "looks like entry %d and is not from Renewbot"},
		{"the ledger has lost an entry", func(b *bundle, e renewal.Entry) {
			lost := blocks.AuditLine(renewal.Request{}, renewal.Entry{Seq: 4711, Code: renewal.CodeApproved, Actor: sandbox.Bob, Hash: e.Hash})
			b.withToken("chat.postMessage", url.Values{"channel": {sandbox.Audit}, "text": {lost.Text}})
		}, "tells of entry 4711, which the ledger does not have"},
		{"the ledger has another entry in its place", func(b *bundle, e renewal.Entry) {
			other := blocks.AuditLine(renewal.Request{}, renewal.Entry{Seq: e.Seq, Code: renewal.CodeApproved, Actor: sandbox.Bob, Hash: "feedbeef" + e.Hash[8:]})
			b.withToken("chat.postMessage", url.Values{"channel": {sandbox.Audit}, "text": {other.Text}})
		}, "tells of an entry %d with hash feedbeef; the ledger's has %s"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, entries := witnessed(t)
			e := entries[4]
			test.meddle(b, e)
			got, differences := b.compare()
			want := test.want
			if strings.Contains(want, "%d") {
				want = strings.ReplaceAll(strings.ReplaceAll(want, "%d", fmt.Sprint(e.Seq)), "%s", e.Hash[:8])
			}
			if len(differences) != 1 || got.Problems != 1 || !strings.Contains(differences[0], want) {
				t.Errorf("differences: %q, %+v, want one: %s", differences, got, want)
			}
		})
	}
}

func TestTheAuditChannelCannotBeRead(t *testing.T) {
	t.Parallel()
	b, _ := witnessed(t)
	private := b.Slack.AddChannel(slacksim.Channel{ID: "G0OTHER", Name: "other", Private: true, Members: []string{sandbox.Bob}})
	read := b.auditChannel(private)
	err := read(b.ctx, func([]audit.Post) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "invite the bot") {
		t.Errorf("a channel without the bot: %v", err)
	}
}
