package portal

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"renewbot/bot/lookup"
	"renewbot/bot/renewal"
	"renewbot/yeastar"
)

// around are the signs that people and lists put around the parts of a name.
const around = "()[]{}<>|·,;:/*"

// unlisted is what a PBX is called, by its comment, whose customer is not in the list of them.
func unlisted(comment string) string {
	const whose = "a customer whom the portal does not list"
	if comment == "" {
		return whose
	}
	return comment + ", of " + whose
}

// unmarked is what somebody typed or pasted without the signs around its words and, of PBXs, the
// labels before a serial number: "Helios Hotels (SN: 3631E3418911)". It is empty when there are
// none. Elsewhere the same words are part of a name: "PBX Direct".
func unmarked(q query, pbxs bool) string {
	var words []string
	for _, w := range slices.Backward(q.words) {
		w = strings.Trim(w, around)
		before := pbxs && len(words) > 0 && slices.Contains(serialLabels, w) && likeSerial(words[len(words)-1])
		if w != "" && !before {
			words = append(words, w)
		}
	}
	slices.Reverse(words)
	if name := strings.Join(words, " "); name != q.whole {
		return name
	}
	return ""
}

// likeSerial says whether a word may be a serial number, or how it begins.
func likeSerial(word string) bool {
	return len(word) >= leastSerial && strings.ContainsFunc(word, unicode.IsDigit)
}

// amongWords is the PBX whose whole serial number is one word of what was typed, and the only one.
func (p *Portal) amongWords(ctx context.Context, query string) (productKey string, h renewal.Holder, ok bool) {
	words := newQuery(query).words
	for _, w := range words {
		if w = strings.Trim(w, around); len(words) == 1 || !strings.ContainsFunc(w, unicode.IsDigit) {
			continue
		}
		product, pbx, found := p.findSerial(ctx, w)
		if !found || fold(pbx.SerialNumber) != w || pbx.SerialNumber == h.SerialNumber {
			continue
		}
		if ok {
			return "", renewal.Holder{}, false // two of them
		}
		productKey, h, ok = product, pbx, true
	}
	return productKey, h, ok
}

// AmongPBXs is the first product of which PBXs fit what was typed. The error is of lists that could not be read and may have one.
func (p *Portal) AmongPBXs(ctx context.Context, query string) (productKey string, unread error) {
	for _, row := range p.Products() {
		if row.Holder != yeastar.BySerial {
			continue
		}
		holders, err := p.Holders(ctx, row.Key, lookup.AnyAge)
		if holders.Matches(query) > 0 {
			return row.Key, nil
		}
		unread = cmp.Or(unread, err)
	}
	return "", unread
}

// Alone says whether no PBX of another product fits what was typed beside those of one, as far as
// their lists can be read. Rows that share an id have the same PBXs.
func (p *Portal) Alone(ctx context.Context, productKey, query string) bool {
	its, _ := Product(productKey)
	for _, row := range p.Products() {
		if row.Holder != yeastar.BySerial || its.Holder != yeastar.BySerial || row.ID == its.ID {
			continue
		}
		if pbxs, _ := p.Holders(ctx, row.Key, lookup.AnyAge); pbxs.Matches(query) > 0 {
			return false
		}
	}
	return true
}

// Unread says that somebody who is not found may be a PBX, whose lists could not be read.
func Unread(err error) string {
	return "The lists of PBXs cannot be read now, so it may be one all the same. " + Explain(err) + " Please try again in a moment."
}
