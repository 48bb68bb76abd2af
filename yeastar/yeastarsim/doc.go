// Package yeastarsim is a simulated Yeastar Partner Portal API: an HTTP server with a true memory of customers, packages
// and orders, strict where the vendor is documented to be strict, silent where the vendor is silent, and able to fail in
// every way that a network and a foreign server can fail. Tests and the sandbox use it in place of the vendor, where
// every order would spend real money.
//
// It must never import the client or any other package of this module: it reads and writes raw JSON with its own
// structs, so that a misreading of the vendor's guide cannot hide in both sides at once. What each tutorial wants stands
// in renewals/, as the golden files of the client's table, which people hold against the guide. It must never protect its
// callers: like the vendor it has no idempotency key and no duplicate check, so a second identical order is a second
// order and a second year.
//
// Answers hold the documented fields. Names that the guide does not give are gathered in invented.go, and most of them
// are absent until a switch brings them in (see Switches).
//
// A test makes a server, breaks it, and looks at what it remembers:
//
//	sim := yeastarsim.New()
//	if err := sim.Start(); err != nil { … }
//	defer sim.Close()
//	sim.Fault(yeastarsim.OrderSave, yeastarsim.Reset().After().Times(1)) // the order is placed, its answer is lost
//	… // use a client with sim.URL(), sim.ClientID() and sim.ClientSecret()
//	orders, err := sim.WaitOrders(ctx, 1)
//
// Guide: https://help.yeastar.com/en/pp-ptr/developer-guide/about-this-guide.html
package yeastarsim
