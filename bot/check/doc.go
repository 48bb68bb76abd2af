// Package check looks whether everything that Renewbot needs is there and right – the
// settings, Slack, the Partner Portal, the database – and says what to do about what is
// not. It only looks: it must never place an order, post a message, answer a click or
// change the ledger, and what it says must hold no secret and no customer's data.
package check
