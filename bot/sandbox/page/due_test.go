package page_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

// TestRenewalsDueAtFirstSight looks at what a newcomer sees with no switch of the portal turned: every
// group of the list, and their own first on Home.
func TestRenewalsDueAtFirstSight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	alice := b.open(sandbox.Alice)
	b.must(sandbox.Alice, "command", args{"channel": sandbox.Renewals, "text": "/renew due"})
	alice.wait("the list with all groups", func(s *state) bool {
		for _, word := range []string{"overdue", "within 14 days", "within 30 days", "within 60 days", "within 90 days", "date unknown", "later", "renews by itself"} {
			if _, ok := s.find(sandbox.Renewals, word, "Fjordline Logistics AS"); !ok {
				return false
			}
		}
		return true
	})
	b.must(sandbox.Alice, "home", nil)
	alice.wait("Home with hers", func(s *state) bool {
		return s.Home != nil && contains(string(s.Home.Blocks), "Renewals due") && contains(string(s.Home.Blocks), "owner \\u003c@"+sandbox.Alice)
	})
}

// TestAFileInAForm puts a list of dates into the form as a browser does.
func TestAFileInAForm(t *testing.T) {
	t.Parallel()
	b := setup(t)
	bob := b.open(sandbox.Bob)
	b.must(sandbox.Bob, "command", args{"channel": sandbox.Renewals, "text": "/renew due import"})
	bob.top("Import dates")
	list := "holder,product,date\nself,p-series-turnkey,2028-03-12\n"
	bob.in("viewUpload", "due_file", args{"files": []args{{"name": "list.csv", "content": []byte(list)}}})
	bob.wait("the file in the form", func(s *state) bool {
		return len(s.Stack) > 0 && contains(string(s.Stack[0].Blocks), "due_file") && len(s.Stack[0].Fields) > 0
	})
	bob.submit("Import dates")
	bob.top("Imported")
	if r := b.act(sandbox.Bob, "viewUpload", args{"viewId": bob.top("Imported").ID, "blockId": "due_file", "actionId": "due_file"}); r.Code == "" {
		t.Error("a file can be put where there is no field")
	}
}
