package page

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

func setFault(_ context.Context, s *session, a action) (answer, error) {
	if !s.faults.set(a.ID, a.On) {
		return nil, &problem{http.StatusNotFound, codeNotFound, "The portal has no such switch.", nil}
	}
	s.poke()
	return nil, nil //nolint:nilnil // the stream tells the rest
}

func pay(_ context.Context, s *session, a action) (answer, error) {
	return nil, s.world.Vendor.Pay(a.OrderNo)
}

func cancelOrder(_ context.Context, s *session, a action) (answer, error) {
	return nil, s.world.Vendor.Cancel(a.OrderNo)
}

// longestWalk is how far the clock is moved on at once.
const longestWalk = 31 * 24 * time.Hour

func advance(ctx context.Context, _ *Server, s *session, a action) error {
	d := time.Duration(a.Seconds) * time.Second
	if a.Seconds <= 0 || a.Seconds > seconds(longestWalk) {
		return &problem{http.StatusBadRequest, codeBadRequest, "The clock goes on by one second to a month at once.", nil}
	}
	s.advance(ctx, d)
	return nil
}

func restart(ctx context.Context, _ *Server, s *session, _ action) error { return s.restart(ctx) }

// reset puts a new session in the place of this one, with nothing of it kept.
func reset(ctx context.Context, server *Server, s *session, _ action) error {
	if s != nil { // a reset that failed left none
		server.turn(nil)
		s.feed.end()
		s.close()
	}
	if err := server.forget(); err != nil {
		return err
	}
	next, err := startSession(ctx, server.options, server.ledger, nil)
	if err != nil {
		return fmt.Errorf("start the sandbox anew: %w", err)
	}
	server.turn(next)
	return nil
}
