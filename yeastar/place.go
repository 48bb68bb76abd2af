package yeastar

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"golang.org/x/oauth2"
)

const (
	callOrder = "order_save"
	orderPath = "/order/openapi/order/v1/save"
)

// errNoOrderNumber is the cause when the vendor reports success and no order.
var errNoOrderNumber = errors.New("the answer says success but has no order number")

// PlaceOrder sends an order: one HTTP request with exactly these bytes, at most
// once, whatever happens. Its error's Class says what is known about the order;
// only ClassNotSent, ClassAuth, ClassRateLimited and ClassRefused mean that none
// was placed. No byte of it leaves after the context's deadline, on either clock, unless
// the first one has left before.
//
// https://help.yeastar.com/en/pp-ptr/developer-guide/create-an-order.html
func (c *Client) PlaceOrder(ctx context.Context, body json.RawMessage) (result OrderResult, err error) {
	began := time.Now()
	defer func() { c.observed(callOrder, err, began) }()
	ctx, cancel := context.WithTimeout(ctx, c.orderTimeout)
	defer cancel()
	if !json.Valid(body) {
		return OrderResult{}, &Error{Op: callOrder, Class: ClassNotSent, Err: errors.New("the order's body is not JSON")}
	}
	tok, err := c.tokens.get(ctx, orderTokenLife)
	if err != nil {
		return OrderResult{}, withoutToken(err)
	}
	// Counted, but not queued behind look-ups.
	c.limiter.Reserve()

	var first firstByte
	first.deadline, _ = ctx.Deadline()
	transport := c.orderTransport()
	first.guard(transport)
	defer transport.CloseIdleConnections()
	req, err := c.orderRequest(ctx, body)
	if err != nil {
		return OrderResult{}, &Error{Op: callOrder, Class: ClassNotSent, Err: err}
	}
	env, err := c.exchange(req, callOrder, &oauth2.Transport{Source: source(tok), Base: transport}, &first)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok && e.needsToken() {
			c.tokens.drop(tok)
		}
		return OrderResult{}, err
	}
	result, err = readOrderResult(env)
	if err != nil {
		return OrderResult{}, misread(callOrder, env, err)
	}
	return result, nil
}

// orderRequest is a request that net/http cannot send twice: it has no GetBody, and
// a body that is spent once read.
func (c *Client) orderRequest(ctx context.Context, body []byte) (*http.Request, error) {
	req, err := c.request(ctx, http.MethodPost, orderPath, io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return nil, err
	}
	req.ContentLength = int64(len(body))
	req.GetBody = nil
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// orderTransport is a transport for one order. net/http repeats a request by itself
// in two cases: over HTTP/1.1 when a connection that had served before turns out to
// be closed, and over HTTP/2 when the server refuses the stream or goes away. A
// transport of its own has no connection that served before, and this one speaks
// HTTP/1.1 only.
func (c *Client) orderTransport() *http.Transport {
	t := c.transport.Clone()
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	t.ForceAttemptHTTP2 = false
	t.TLSNextProto = nil
	if t.TLSClientConfig != nil {
		t.TLSClientConfig.NextProtos = nil // a used transport offers h2 here
	}
	t.DisableCompression = true
	return t
}

// orderNumber is how order numbers look in every sample of the vendor's.
var orderNumber = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`XS[0-9]{10,30}`) })

// namedOrder is the number of an order that a result names, or else its id, wherever it
// stands: in an answer that is no success it says that there may be an order.
func namedOrder(result json.RawMessage) string {
	var no, id string
	walk(result, struct{}{}, maxDepth, func(o object, none struct{}) struct{} {
		if n := oneLine(o.text("orderNo"), 64); n != "" && no == "" {
			no = n
		}
		if i := string(o.id("orderId")); i != "" && id == "" {
			id = i
		}
		return none
	})
	return cmp.Or(no, string(orderNumber().Find(result)), id)
}

// namedIn is namedOrder also for an answer that is not whole, or nothing that the vendor
// would send.
func namedIn(body []byte, result json.RawMessage) string {
	return cmp.Or(namedOrder(result), string(orderNumber().Find(body)))
}

func readOrderResult(env envelope) (OrderResult, error) {
	raw, err := one(env.Result)
	if err != nil {
		return OrderResult{}, err
	}
	o, _ := asObject(raw)
	no := o.text("orderNo")
	if no == "" || len(no) > 64 || strings.ContainsFunc(no, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return OrderResult{}, errNoOrderNumber
	}
	return OrderResult{
		OrderID:       o.id("orderId"),
		OrderNo:       no,
		OrderStatus:   oneLine(o.text("orderStatus"), 64),
		TransactionNo: oneLine(o.text("transactionNo"), 64),
		ProductNo:     o.id("productNo"),
		InstanceID:    o.id("instanceId"),
		RequestID:     env.RequestID,
	}, nil
}

// withoutToken says that an order was not sent because there was no token for it,
// whatever happened to the request for the token.
func withoutToken(err error) error {
	e := &Error{Op: callOrder, Class: ClassNotSent, Err: err}
	if cause, ok := errors.AsType[*Error](err); ok {
		e.RequestID = cause.RequestID
	}
	return e
}
