package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"renewbot/bot/secure"
	"renewbot/yeastar"
)

// vendorCalls are the checks that need a token of the vendor's.
var vendorCalls = []string{"products", "customers", "plans", "owned products", "billing contacts", "orders"}

// apiPage is where the portal's API access is set up.
const apiPage = "In the Partner Portal, System → API"

// checkVendor makes the look-ups of the form and counts what they give.
func (c *checker) checkVendor(ctx context.Context) (lines, []Answer) {
	var l lines
	client, err := yeastar.New(yeastar.Config{
		BaseURL: c.Config.Yeastar.BaseURL, UserAgent: c.Config.Yeastar.UserAgent,
		ClientID: c.Config.Yeastar.ClientID.Reveal(), ClientSecret: c.Config.Yeastar.ClientSecret.Reveal(),
		ReadTimeout: c.CallTimeout,
		// Nobody waits for the second order of a check: there is none.
		Rate: rate.Every(100 * time.Millisecond), Burst: 10,
	})
	if err != nil {
		l.add("vendor login", Problem, err.Error(), "Correct YEASTAR_BASE_URL.")
		l.skip("the vendor login comes first", vendorCalls...)
		return l, nil
	}
	defer client.CloseIdleConnections()
	var clock lines
	var wait sync.WaitGroup
	wait.Go(func() { c.vendorClock(ctx, &clock) })
	began := time.Now()
	if err := client.Login(ctx); err != nil {
		found, next := c.notLoggedIn(err)
		l.add("vendor login", Problem, found, next)
		l.skip("the vendor login comes first", vendorCalls...)
		wait.Wait()
		return append(l, clock...), nil
	}
	c.timed(&l, "vendor login", time.Since(began), "the Partner Portal accepts the credentials")
	listed, rows := c.checkProducts(ctx, client)
	l = append(l, listed...)
	for _, found := range c.lookUp(ctx, client, rows) {
		l = append(l, found...)
	}
	wait.Wait()
	l = append(l, clock...)
	if !c.Live {
		return l, nil
	}
	missed, answers := survey(ctx, client, rows)
	return append(l, missed...), answers
}

// notLoggedIn says why there is no token.
func (c *checker) notLoggedIn(err error) (found, next string) {
	host := hostOf(c.Config.Yeastar.BaseURL)
	if found, next, ok := unreached(err, host); ok {
		return found, next
	}
	var e *yeastar.Error
	if !errors.As(err, &e) {
		return err.Error(), "Try again."
	}
	switch e.Class {
	case yeastar.ClassAuth, yeastar.ClassRefused:
		return "the Partner Portal refuses YEASTAR_CLIENT_ID or YEASTAR_CLIENT_SECRET" + because(err),
			apiPage + ": compare the client id, and press Reset for a new client secret. If client addresses are restricted there, permit this machine's."
	case yeastar.ClassRateLimited:
		return "the Partner Portal asks to wait" + because(err), "Wait, and check again."
	case yeastar.ClassNotSent, yeastar.ClassUnknown:
	}
	return "the Partner Portal does not answer as it should" + because(err), "Try again; if it stays so, check YEASTAR_BASE_URL, and ask Yeastar's support with the request id."
}

// found is what a look-up gave.
type found struct {
	text    string
	n       int    // how many things
	none    Status // what it means when there is none
	absent  string // the same in words
	absence string // what to do about it
}

// lookUp makes the look-ups side by side; their lines keep their order.
func (c *checker) lookUp(ctx context.Context, client *yeastar.Client, rows []yeastar.Product) []lines {
	calls := []struct {
		check string
		ask   func() (found, error)
	}{
		{"customers", func() (found, error) {
			list, err := client.Customers(ctx)
			return found{
				counted(len(list), "customer"), len(list), Warning,
				"the account has no customers, so only its own subscription can be renewed",
				"Check that the credentials are of the right account, and that its account manager has granted access to the customers.",
			}, err
		}},
		{"billing contacts", func() (found, error) {
			list, err := client.BillingContacts(ctx)
			return found{
				counted(len(list), "billing contact"), len(list), Problem,
				"the account has no billing contact, and every order needs one",
				"Add a billing contact in the Partner Portal.",
			}, err
		}},
		{"orders", func() (found, error) {
			page, err := client.Orders(ctx, 1, 1)
			n := max(page.Total, len(page.Orders))
			return found{
				counted(n, "order") + " in the list, in which a lost one would be looked for", n, Note,
				"the list of orders is empty; a lost order would be looked for there", "",
			}, err
		}},
	}
	results := make([]lines, len(calls))
	var ofRows []lines
	var wait sync.WaitGroup
	wait.Go(func() { ofRows = c.checkRows(ctx, client, rows) })
	for i, call := range calls {
		wait.Go(func() {
			began := time.Now()
			f, err := call.ask()
			l := &results[i]
			switch {
			case err != nil:
				c.failed(l, call.check, err)
			case f.n == 0:
				l.add(call.check, f.none, f.absent, f.absence)
			default:
				c.timed(l, call.check, time.Since(began), f.text)
			}
		})
	}
	wait.Wait()
	return slices.Insert(results, 1, ofRows...) // after the customers
}

// failed says why a look-up gave nothing.
func (c *checker) failed(l *lines, check string, err error) {
	if found, next, ok := unreached(err, hostOf(c.Config.Yeastar.BaseURL)); ok {
		l.add(check, Problem, found, next)
		return
	}
	next := "Try again; if it stays so, ask Yeastar's support with the request id."
	if yeastar.ClassOf(err) == yeastar.ClassAuth {
		next = "Ask the account manager whether the account's API access covers this call."
	}
	l.add(check, Problem, err.Error(), next)
}

// timed is a success, unless it took so long that people would wait.
func (c *checker) timed(l *lines, check string, took time.Duration, text string) {
	if took > c.SlowAfter {
		l.add(check, Warning, fmt.Sprintf("%s, but the answer took %s", text, took.Round(100*time.Millisecond)),
			"Forms open at once all the same, except after a start; if it stays so, look at the way to the portal.")
		return
	}
	l.ok(check, "%s", text)
}

// vendorClock compares the vendor's clock with ours. Any answer tells it.
func (c *checker) vendorClock(ctx context.Context, l *lines) {
	ctx, cancel := context.WithTimeout(ctx, c.CallTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, c.Config.Yeastar.BaseURL+"/", nil)
	if err != nil {
		l.skip("the vendor login comes first", "vendor clock")
		return
	}
	req.Header.Set("User-Agent", c.Config.Yeastar.UserAgent)
	client := &http.Client{
		Transport:     secure.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	asked := c.Now()
	answer, err := client.Do(req)
	if err != nil {
		l.skip("the portal does not answer", "vendor clock")
		return
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	_ = answer.Body.Close()
	skew, wrongBy, ok := skewOf(answer.Header, asked, c.Now())
	if !ok {
		l.skip("the portal's answer has no Date", "vendor clock")
		return
	}
	l.clock("vendor clock", "the Partner Portal's", skew, wrongBy)
}
