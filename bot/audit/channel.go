package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"renewbot/bot/ledger"
	"renewbot/bot/renewal"
)

// Post is a line of the audit channel in Slack, which is a witness outside of the
// database.
type Post struct {
	TS     string // Slack's message timestamp
	Seq    int64  // the number of the entry that it names
	Hash   string // the entry's hash that it shows, or the beginning of it; empty: none
	Ours   bool   // Renewbot has posted it
	Edited bool   // somebody changed it afterwards
}

// Channel reads all lines of the audit channel and calls f with some of them at a time,
// in any order.
type Channel func(ctx context.Context, f func([]Post) error) error

// Trail is the part of the ledger that is compared.
type Trail interface {
	TrailEnd(context.Context) (renewal.Entry, error)
	EntryHashes(context.Context, []int64) (map[int64]string, error)
	Witnesses(ctx context.Context, from, to int64) ([]ledger.Witness, error)
}

// Compared is what a comparison has found.
type Compared struct {
	Entries  int64 // of the trail
	Agreed   int64 // of them are in the channel, as they are in the ledger
	Waiting  int64 // of them are young and not posted yet
	Problems int64
}

const (
	// patience is how old an entry may be before it has to be in the channel: Slack may
	// have been away for a while.
	patience = time.Hour
	// witnessPage is how many entries are asked for at once.
	witnessPage = 1000
)

// Compare holds the trail against the audit channel and says each difference in a
// sentence. It needs one bit of memory for each entry.
func Compare(ctx context.Context, t Trail, channelID string, read Channel, now time.Time, say func(string)) (Compared, error) {
	var c Compared
	end, err := t.TrailEnd(ctx)
	if err != nil {
		return c, err
	}
	c.Entries = end.Seq
	seen := newBits(end.Seq)
	problem := func(format string, args ...any) {
		c.Problems++
		say(fmt.Sprintf(format, args...))
	}
	err = read(ctx, func(posts []Post) error {
		hashes, err := t.EntryHashes(ctx, seqsOf(posts))
		if err != nil {
			return err
		}
		for _, p := range posts {
			hash, known := hashes[p.Seq]
			switch {
			case !p.Ours:
				problem("unknown: message %s looks like entry %d and is not from Renewbot", p.TS, p.Seq)
			case !known:
				problem("unknown: message %s tells of entry %d, which the ledger does not have", p.TS, p.Seq)
			case p.Hash == "" || !strings.HasPrefix(hash, p.Hash):
				problem("different: message %s tells of an entry %d with hash %s; the ledger's has %s", p.TS, p.Seq, or(p.Hash, "none"), short(hash))
				seen.set(p.Seq) // it is not missing as well
			case p.Edited:
				problem("different: message %s tells of entry %d and was edited afterwards", p.TS, p.Seq)
				seen.set(p.Seq)
			case !seen.has(p.Seq):
				seen.set(p.Seq)
				c.Agreed++
			}
		}
		return nil
	})
	if err != nil {
		return c, err
	}
	return c, c.missing(ctx, t, seen, channelID, now, problem)
}

func seqsOf(posts []Post) []int64 {
	var seqs []int64
	for _, p := range posts {
		seqs = append(seqs, p.Seq)
	}
	slices.Sort(seqs)
	return slices.Compact(seqs)
}

// missing names the entries that the channel does not have, neighbours together.
func (c *Compared) missing(ctx context.Context, t Trail, seen bits, channelID string, now time.Time, problem func(string, ...any)) error {
	var from, to int64
	var why string
	tell := func() {
		switch {
		case why == "":
		case from == to:
			problem("missing: entry %d %s", from, why)
		default:
			problem("missing: each of the entries %d to %d %s", from, to, why)
		}
		why = ""
	}
	for first := int64(1); first <= c.Entries; first += witnessPage {
		last := min(first+witnessPage-1, c.Entries)
		if seen.all(first, last) {
			continue
		}
		page, err := t.Witnesses(ctx, first, last)
		if err != nil {
			return err
		}
		for _, w := range page {
			if seen.has(w.Seq) {
				continue
			}
			reason := whyMissing(w, channelID)
			if reason == neverPosted && now.Sub(w.At) < patience {
				c.Waiting++
				continue
			}
			if reason != why || w.Seq != to+1 {
				tell()
				from, why = w.Seq, reason
			}
			to = w.Seq
		}
	}
	tell()
	return nil
}

const neverPosted = "was never posted"

// whyMissing is what the ledger knows of an entry's line that is not in the channel.
func whyMissing(w ledger.Witness, channelID string) string {
	switch {
	case w.State == ledger.PostShown && w.Channel == channelID:
		return "was posted there and is gone, or Slack does not show messages that old any more"
	case w.State == ledger.PostShown:
		return "was posted to another channel, " + w.Channel
	case w.State == ledger.PostFailed:
		return "was refused by Slack"
	}
	return neverPosted
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func short(hash string) string { return hash[:min(8, len(hash))] }

// bits has a bit for each number from 1.
type bits []uint64

func newBits(n int64) bits { return make(bits, n/64+1) }

func (b bits) has(n int64) bool {
	return n >= 0 && n/64 < int64(len(b)) && b[n/64]&(1<<(n%64)) != 0
}

func (b bits) set(n int64) {
	if n >= 0 && n/64 < int64(len(b)) {
		b[n/64] |= 1 << (n % 64)
	}
}

func (b bits) all(from, to int64) bool {
	for n := from; n <= to; n++ {
		if !b.has(n) {
			return false
		}
	}
	return true
}
