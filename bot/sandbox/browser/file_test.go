package browser_test

import (
	"testing"

	"renewbot/bot/sandbox"
)

// TestAFileIsPutIntoAForm puts a list of dates into the form as somebody who chooses it on their machine.
func TestAFileIsPutIntoAForm(t *testing.T) {
	t.Parallel()
	bob := setup(t).as(sandbox.Bob)
	bob.command("/renew due import")
	bob.shows(top+"h2", "Import dates")
	bob.until("choose a file", `(() => {
		const field = document.querySelector("`+action("due_file", "input[type=file]")+`");
		if (!field || field.accept !== ".csv,.txt,.tsv" || field.multiple) return false;
		const chosen = new DataTransfer();
		chosen.items.add(new File(["holder,product,date\nself,p-series-turnkey,2028-03-12\n"], "list.csv", { type: "text/csv" }));
		field.files = chosen.files;
		return field.dispatchEvent(new Event("change", { bubbles: true }));
	})()`)
	bob.shows(action("due_file", "[data-testid=file]"), "list.csv")
	bob.look("file")
	bob.click(submit, "")
	bob.shows(top+"h2", "Imported")
	bob.shows(top, "Our own account")
}
