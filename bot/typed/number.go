package typed

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"renewbot/bot/renewal"
)

// about reads of which request or batch somebody wants its status, or its end: by its number, by the link of a message of
// it, or, of several, by the name of a customer.
func about(verb Verb, typed, rest string) Command {
	if id, ok := requestNumber(rest, verb == Status); ok {
		return Command{Verb: verb, Request: id}
	}
	if l, ok := linked(typed); ok {
		return Command{Verb: verb, Link: l}
	}
	rest = unbracketed(rest)
	if verb == Status && rest != "" && !strings.Contains(rest, "://") && !meantAsNumber().MatchString(rest) {
		return Command{Verb: Status, Text: sought(rest)}
	}
	return Command{Verb: Help, Text: fmt.Sprintf("After “%s” I need a request's number, such as %s, a batch's, such as %s, or the link of its message.",
		verb, renewal.Reference(123), renewal.BatchReference(7))}
}

// Link is the address of a message in Slack, as people copy it there.
type Link struct {
	Channel, TS string
	Thread      string // the message under which it stands; empty: none, or not told
}

// permalink is such an address, with what Slack's markup puts around it.
// https://docs.slack.dev/reference/methods/chat.getPermalink
var permalink = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`<?https://[a-z0-9.-]{1,100}\.slack(?:-gov)?\.com/archives/([CDG][A-Z0-9]{1,30})/p([0-9]{6,12})([0-9]{6})\b(?:\?([\w=&;.%-]*))?(?:\|[^<>]*)?>?`)
})

// inThread is where an address tells the thread of its message.
var inThread = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|[&;])thread_ts=([0-9]{6,12}\.[0-9]{6})(?:&|$)`)
})

// linked reads the link of one message behind a command, and nothing else but polite words.
func linked(typed string) (Link, bool) {
	found := permalink().FindAllStringSubmatch(typed, 2)
	if len(found) != 1 {
		return Link{}, false
	}
	_, rest, _ := strings.Cut(plainly(permalink().ReplaceAllString(typed, " ")), " ")
	if polite().ReplaceAllString(" "+bare(rest), "") != "" && bare(rest) != "" {
		return Link{}, false
	}
	l := Link{Channel: found[0][1], TS: found[0][2] + "." + found[0][3]}
	if thread := inThread().FindStringSubmatch(asTyped.Replace(found[0][4])); thread != nil {
		l.Thread = thread[1]
	}
	return l, true
}

// polite is what people say after what they want.
var polite = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:[ .,;:!]+(?:please|pls|plz|kindly|thanks|thank you|thx))+$`)
})

// meantAsNumber is what nobody calls a customer: it was to be a request's number.
var meantAsNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(?i:rnw-|#)|^[^\pL]*$`) })

// serialNumber is what is longer than any request's number: that of a PBX, of digits alone.
var serialNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{10,16}$`) })

// reference is a request's number, or a batch's, with whatever people write or leave out between its
// parts, and the words before it.
var reference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^((?:(?:the|for|of|request|batch|number|no)[.:]? )*)rnw[-_ ]*(b?)[-_ ]*([0-9]{1,12})(?:'s)?$`)
})

// requestNumber reads a request's number, with or without the letters before it, or that of a batch.
// Words may stand before it where nothing is done to it; “batch” means one. Polite ones may follow it.
func requestNumber(s string, words bool) (int64, bool) {
	s = bare(polite().ReplaceAllString(bare(s), ""))
	if m := reference().FindStringSubmatch(s); m != nil && (words || m[1] == "") {
		if m[2] == "" && strings.Contains(m[1], "batch") {
			m[2] = "b"
		}
		s = "rnw-" + m[2] + m[3]
	}
	if id, ok := renewal.ParseBatchReference(strings.Replace(s, "#", "RNW-", 1)); ok {
		return renewal.Batch{ID: id}.Subject(), true
	}
	if id, ok := renewal.ParseReference(s); ok {
		return id, true
	}
	return renewal.ParseReference("RNW-" + strings.TrimPrefix(s, "#"))
}
