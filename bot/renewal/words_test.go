package renewal_test

import (
	"testing"

	. "renewbot/bot/renewal"
)

// blank are texts in which there is nothing to see.
var blank = []string{
	"", " \n", "\u200b", "\ufeff", "\u00ad", "\u2060", "\u200e", "\u034f", "\u3164", "\u115f", "\u2800", "\ufe0f", "\u180e", "\uffa0",
	"\U000e0020", "\u061c", "\u00a0\u200d", " \u200b\t", "\x00",
}

// Signs that nobody sees are no words, and those of them that words need stay.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, typed := range blank {
		if got := Words(typed); got != "" {
			t.Errorf("%+q is read as %+q", typed, got)
		}
	}
	for typed, want := range map[string]string{" It fits.\n": "It fits.", "❤\ufe0f": "❤\ufe0f", "نیم\u200cفاصله": "نیم\u200cفاصله", ".": "."} {
		if got := Words(typed); got != want {
			t.Errorf("%+q is read as %+q", typed, got)
		}
	}
}
