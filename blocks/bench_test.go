package blocks_test

import (
	"encoding/json"
	"testing"

	"renewbot/blocks"
	"renewbot/bot/renewal"
)

// The form is drawn between the command and Slack's three seconds, the menu at each key.
func BenchmarkForm(b *testing.B) {
	data := form()
	for b.Loop() {
		if _, err := json.Marshal(blocks.Form(data)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHolderOptions(b *testing.B) {
	all := customers(5000)
	for b.Loop() {
		if _, err := json.Marshal(blocks.HolderOptions(all, 0)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCardDigest(b *testing.B) {
	r := request(renewal.Pending)
	for b.Loop() {
		if blocks.Card(r, blocks.Asked{}, renewal.Pause{}).Digest() == "" {
			b.Fatal("no digest")
		}
	}
}
