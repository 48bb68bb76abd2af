package slacksim

import "context"

// home is the person's Home tab. The lock is held.
func (p *Person) home(what string) (*view, error) {
	if _, err := p.user(what); err != nil {
		return nil, err
	}
	if !p.ws.manifest.Features.AppHome.Home {
		return nil, p.refuse(what, "the app has no Home tab")
	}
	v := p.ws.views.homes[p.id]
	if v == nil {
		return nil, p.refuse(what, "the Home tab is empty")
	}
	return v, nil
}

// Home returns the person's Home tab; ok is false when nothing was published to it yet.
func (p *Person) Home() (v View, ok bool) {
	v, ok = p.ws.Snapshot().Homes[p.id]
	return v, ok
}

// OpenHome opens the app's Home tab and tells the app, if the manifest subscribes to app_home_opened. It
// returns once the app has acknowledged; what it publishes may come later.
func (p *Person) OpenHome(ctx context.Context) (ActResult, error) {
	w := p.ws
	w.mu.Lock()
	_, err := p.user("open Home")
	if err == nil && !w.manifest.Features.AppHome.Home {
		err = p.refuse("open Home", "the app has no Home tab")
	}
	if err != nil {
		w.mu.Unlock()
		return ActResult{}, err
	}
	fields := obj{"user": p.id, "channel": w.channels.openIM(p.id).ID, "tab": "home"}
	if v := w.views.homes[p.id]; v != nil {
		fields["view"] = w.views.viewJSON(v)
	}
	ev := w.events.newEvent("app_home_opened", fields)
	w.mu.Unlock()
	if ev == nil {
		return ActResult{}, nil
	}
	done := make(chan struct{})
	w.locked(func() {
		w.spawn(func() {
			defer close(done)
			w.events.attempt(w.ctx, ev)
		})
	})
	select {
	case <-done:
		return ActResult{Sent: true}, nil
	case <-ctx.Done():
		return ActResult{Sent: true}, ctx.Err()
	case <-w.ctx.Done():
		return ActResult{}, w.ctx.Err()
	}
}
