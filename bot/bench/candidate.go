package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

// candidate is a bot that is measured.
type candidate struct {
	name     string
	sockets  int
	searches bool // has the menu of customers
	orders   bool // takes requests and places orders
	product  bool
	dir      string // where it runs, and keeps its database and its log
	program  []string
	binary   string // whose size counts; empty: none

	world *world
	url   string   // the product's DATABASE_URL; empty: an SQLite file in dir
	extra []string // of the environment, beside what the world tells
	http  string   // address of the product's health endpoint
	*process
}

// launch starts the candidate in its world. It does not wait.
func (c *candidate) launch(ctx context.Context) error {
	environment := append(c.world.environment(), c.extra...)
	if c.product {
		address, err := freeAddress(ctx)
		if err != nil {
			return err
		}
		c.http = address
		environment = append(environment, "HTTP_ADDR="+address, "LOG_LEVEL=info", "DATABASE_URL="+c.database())
	}
	forget(c.world.connected)
	var err error
	c.process, err = start(ctx, c.dir, filepath.Join(c.dir, "log"), environment, c.program[0], c.program[1:]...)
	return err
}

// database is the product's DATABASE_URL.
func (c *candidate) database() string {
	if c.url != "" {
		return c.url
	}
	return "sqlite://" + filepath.Join(c.dir, "renewbot.db")
}

// beside is the same program with a directory and a world of its own.
func (c *candidate) beside(name string, w *world) (*candidate, error) {
	another := *c
	another.dir, another.world, another.process = filepath.Join(c.dir, name), w, nil
	return &another, os.Mkdir(another.dir, 0o700)
}

// settle waits until the candidate has all its sockets.
func (c *candidate) settle(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := c.world.slack.WaitSockets(ctx, c.sockets); err != nil {
		return fmt.Errorf("%s does not connect: %w\n%s", c.name, err, c.tail())
	}
	return nil
}

// end stops the candidate and waits until Slack has seen it go.
func (c *candidate) end(ctx context.Context) error {
	if c.process == nil {
		return nil
	}
	c.stop()
	c.process = nil
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return c.world.slack.WaitSockets(ctx, 0)
}

// ready is how long the candidate took from the start of its process to its first connection, and the product
// to its /readyz.
func (c *candidate) ready(ctx context.Context) (connected, readyz time.Duration, err error) {
	at, err := c.firstSocket(ctx)
	if err != nil {
		return 0, 0, err
	}
	connected = at.Sub(c.started)
	if !c.product {
		return connected, 0, nil
	}
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for time.Since(c.started) < patience {
		if get(ctx, client, "http://"+c.http+"/readyz") == http.StatusOK {
			return connected, time.Since(c.started), nil
		}
		<-tick.C
	}
	return 0, 0, fmt.Errorf("%s is not ready within %s\n%s", c.name, patience, c.tail())
}

// get is the status of a page; 0 when there is no answer.
func get(ctx context.Context, client *http.Client, url string) int {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// freeAddress is a loopback address that nobody uses.
func freeAddress(ctx context.Context) (string, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
