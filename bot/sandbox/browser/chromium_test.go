package browser_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
)

// The pictures of README.md are made by
//
//	go test ./bot/sandbox/browser -run TestRenewalByMouse -readme ../../../deploy/screenshots
var (
	screenshots = flag.String("screenshots", "", "write a picture of each step into this `DIR`")
	readme      = flag.String("readme", "", "write the three pictures of README.md into this `DIR`")
)

// chromium is the browser of all tests, once it runs; nil where there is none.
var chromium context.Context

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	path := findChromium()
	if path == "" {
		return m.Run()
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]),
		chromedp.ExecPath(path), chromedp.WSURLReadTimeout(patience), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "en-US"),
		chromedp.Flag("font-render-hinting", "none"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, closeBrowser := chromedp.NewContext(allocator)
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		_, _ = os.Stderr.WriteString("chromium does not start: " + err.Error() + "\n")
		return 1
	}
	chromium = browser
	return m.Run()
}

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
