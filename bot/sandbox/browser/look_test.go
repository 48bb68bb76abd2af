package browser_test

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe is axe-core of Deque Systems, under the Mozilla Public License 2.0.
// https://github.com/dequelabs/axe-core
//
//go:embed testdata/axe/axe.min.js
var axe string

// finding is a rule of axe that a screen breaks.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// look checks a screen: nothing hangs over its edge, and nobody is shut out. It takes a
// picture if it is to.
func (p *tab) look(step string) {
	p.t.Helper()
	if p.s.blind {
		return
	}
	wide := ask[[]float64](p, "measure", "[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
	if wide[0] > wide[1] {
		p.t.Errorf("%s: the page is %v wide in a window of %v", step, wide[0], wide[1])
	}
	for _, f := range p.axe() {
		if f.Impact != "serious" && f.Impact != "critical" {
			continue
		}
		for i, n := range f.Nodes {
			if i < 3 {
				p.t.Errorf("%s: axe finds %s (%s): %s\n\t%.300s\n\t%s", step, f.ID, f.Impact, f.Help, n.HTML, n.FailureSummary)
			}
		}
	}
	if dir := *screenshots; dir != "" {
		p.s.shots++
		p.picture(dir, fmt.Sprintf("%s-%02d-%s", strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(p.t.Name(), "Test"), "/", "-")), p.s.shots, step))
	}
}

func (p *tab) axe() []finding {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool]("if (!window.axe) {\n"+axe+"\n}\ntrue")); err != nil {
		p.t.Fatalf("load axe: %v", err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]finding](
		`(async () => {
			const root = document.documentElement, theme = root.dataset.theme ?? "";
			const still = () => Promise.all(document.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity).map((a) => a.finished.catch(() => 0)));
			const found = async (prefix, runOnly) => {
				await still();
				const r = await axe.run(document, { resultTypes: ["violations"], runOnly });
				return r.violations.map((v) => ({ ID: prefix + v.id, Impact: v.impact, Help: v.help, Nodes: v.nodes.map((n) => ({ HTML: n.html, FailureSummary: n.failureSummary })) }));
			};
			const all = await found("", ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]);
			root.dataset.theme = theme === "dark" ? "light" : "dark";
			const other = await found("in the other theme, ", { type: "rule", values: ["color-contrast", "link-in-text-block"] });
			if (theme) root.dataset.theme = theme; else delete root.dataset.theme;
			return all.concat(other);
		})()`,
		func(e *runtime.EvaluateParams) {
			wait := true
			e.AwaitPromise = &wait
		}))
	if err != nil {
		p.t.Fatalf("run axe: %v", err)
	}
	return found
}

// picture writes what the window shows.
func (p *tab) picture(dir, name string) {
	p.t.Helper()
	command(p, page.BringToFront, cdp.Empty{})
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatalf("take a picture: %v", err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		p.t.Fatalf("read the picture: %v", err)
	}
	var small bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&small, fewer(picture)); err != nil {
		p.t.Fatalf("write the picture: %v", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), small.Bytes(), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// show writes a picture for README.md, if it is to.
func (p *tab) show(name string) {
	p.t.Helper()
	if *readme != "" {
		p.picture(*readme, name)
	}
}

// fewer draws a picture with its most frequent colours alone, so that its file is small.
func fewer(from image.Image) image.Image {
	const colours = 256 // as many as a PNG with a palette has
	b := from.Bounds()
	count := map[color.Color]int{}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[from.At(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, c color.Color) int { return count[c] - count[a] })
	to := image.NewPaletted(b, all[:min(len(all), colours)])
	index := map[color.Color]uint8{}
	for _, c := range all {
		index[c] = uint8(to.Palette.Index(c))
	}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			to.SetColorIndex(x, y, index[from.At(x, y)])
		}
	}
	return to
}
