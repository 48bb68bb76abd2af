package page

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
)

// Run serves a sandbox and its page until ctx ends. It says where everything is, the
// page first, and opens it in the browser if it is asked to.
func Run(ctx context.Context, o Options, open bool, out io.Writer) error {
	s, err := Start(ctx, o)
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	if err := s.describe(out); err != nil {
		return errors.Join(err, s.Close())
	}
	if open {
		if err := browse(ctx, s.URL()); err != nil {
			_, _ = fmt.Fprintf(out, "No browser could be opened (%v): open the page yourself.\n", err)
		}
	}
	<-ctx.Done()
	return s.Close()
}

// describe says where everything is. Nothing in it is secret.
func (s *Server) describe(out io.Writer) error {
	kept := "in memory: it is gone at the end (-data FILE keeps it)"
	if s.options.Data != "" {
		kept = s.options.Data + ", the ledger beside it"
	}
	now := s.now()
	_, err := fmt.Fprintf(out, `%s is the sandbox: open it in a browser. Nothing in it is real, and no order costs money.

  People           alice and dave may request; bob and carol approve; gina is a guest; olga is of another company
  Channels         #renewals, #leads (private), #partners (shared), #random (without the bot), #renewals-audit
  Slack            %s (simulated; Web API and Socket Mode)
  Partner Portal   %s (simulated)
  Kept             %s

"renewbot sandbox -demo" plays three renewals and prints them. Ctrl-C stops.
`, s.URL(), now.world.Slack.APIURL(), now.world.Vendor.URL(), kept)
	return err
}

// browse opens a page in the browser of whoever sits before this machine.
func browse(ctx context.Context, url string) error {
	words := []string{"xdg-open"}
	switch runtime.GOOS {
	case "darwin":
		words = []string{"open"}
	case "windows":
		words = []string{"rundll32", "url.dll,FileProtocolHandler"}
	}
	words = append(words, url)
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }() // it is not our business how the browser ends
	return nil
}
