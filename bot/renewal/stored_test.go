package renewal_test

import (
	"testing"

	. "renewbot/bot/renewal"
)

func TestStoredText(t *testing.T) {
	t.Parallel()
	const old = "The Yeastar Partner Portal refused to answer: "
	for stored, want := range map[string]string{
		"":                             "",
		"R&amp;D":                      "R&amp;D", // the vendor's own
		"R&D <old> is *gone*":          "R&D <old> is *gone*",
		"It said: " + old + "a&amp;b.": "It said: " + old + "a&amp;b.",
		old + "R&amp;D &lt;old\u2060&gt; is \u2060*\u2060gone\u2060*\u2060.": old + "R&D <old> is *gone*.",
		old + "R&amp;amp;D.": old + "R&amp;D.",
		"what was approved could not be checked: " + old + "R&amp;D.":          "what was approved could not be checked: " + old + "R&D.",
		"Yeastar's Partner Portal refused to answer: R&amp;D.":                 "Yeastar's Partner Portal refused to answer: R&amp;D.",
		"what was approved could not be checked: the plan R&amp;D is no more.": "what was approved could not be checked: the plan R&amp;D is no more.",
	} {
		same(t, want, StoredText(stored), stored)
	}
}
