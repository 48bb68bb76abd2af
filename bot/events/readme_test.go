package events

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"renewbot/bot/renewal"
)

// The README knows every type, and its Python takes what is signed here and nothing else.
func TestReadmeVerifies(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range renewal.NoticeTypes() {
		if !strings.Contains(string(page), "`"+typePrefix+string(typ)+"`") {
			t.Errorf("%s is not in the table", typ)
		}
	}
	_, example, _ := strings.Cut(string(page), "```python\n")
	example, _, ok := strings.Cut(example, "```")
	python, err := exec.LookPath("python3")
	if !ok {
		t.Fatal("there is no example")
	} else if err != nil {
		t.Skip("python3 is missing")
	}
	r := newAnswering(t)
	p := newPlace(t, r.URL).open().start(nil)
	p.submit("k")
	got := p.arrives(r, "RNW-000001 renewbot.requested")[0]
	headers := map[string]string{}
	for name := range got.header {
		headers[name] = got.header.Get(name)
	}
	given, err := json.Marshal(map[string]any{"secret": secret, "headers": headers, "body": string(got.body)})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python, "-c", example+`
import json, sys
g = json.load(sys.stdin)
time.time = lambda: int(g["headers"]["Webhook-Timestamp"]) + 10
body = g["body"].encode()
print(verify(g["secret"], g["headers"], body), verify(g["secret"], g["headers"], body + b" "))
time.time = lambda: int(g["headers"]["Webhook-Timestamp"]) + 1000
print(verify(g["secret"], g["headers"], body))
`)
	cmd.Stdin = strings.NewReader(string(given))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "True False\nFalse\n" {
		t.Errorf("the example prints %q, error %v", out, err)
	}
}
