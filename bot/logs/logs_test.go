package logs_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"renewbot/bot/logs"
)

func TestLinesSayWhichRequestTheyConcern(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		context func(context.Context) context.Context
		log     func(context.Context, *slog.Logger)
		want    map[string]any
	}{
		"nothing known": {
			func(ctx context.Context) context.Context { return logs.Request(ctx, 0) },
			func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "a", "1") },
			map[string]any{"msg": "m", "a": "1"},
		},
		"a request": {
			func(ctx context.Context) context.Context { return logs.Request(ctx, 7) },
			func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "a", "1") },
			map[string]any{"msg": "m", "a": "1", "request": "RNW-000007"},
		},
		"another one later": {
			func(ctx context.Context) context.Context { return logs.Request(logs.Request(ctx, 7), 8) },
			func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m") },
			map[string]any{"msg": "m", "request": "RNW-000008"},
		},
		"said by the line": {
			func(ctx context.Context) context.Context { return logs.Request(ctx, 7) },
			func(ctx context.Context, l *slog.Logger) { l.InfoContext(ctx, "m", "request", "RNW-000009") },
			map[string]any{"msg": "m", "request": "RNW-000009"},
		},
		"more": {
			func(ctx context.Context) context.Context {
				return logs.With(logs.Request(ctx, 7), slog.String("envelope", "e1"))
			},
			func(ctx context.Context, l *slog.Logger) { l.With("socket", 1.0).InfoContext(ctx, "m") },
			map[string]any{"msg": "m", "request": "RNW-000007", "envelope": "e1", "socket": 1.0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			tc.log(tc.context(t.Context()), logs.New(&out, false, slog.LevelInfo))
			var got map[string]any
			if err := json.Unmarshal([]byte(out.String()), &got); err != nil {
				t.Fatal(err)
			}
			delete(got, "time")
			delete(got, "level")
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLevelChangesWhileRunning(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	var level slog.LevelVar
	log := logs.New(&out, true, &level)
	log.Debug("first")
	level.Set(slog.LevelDebug)
	log.Debug("second")
	if got := out.String(); strings.Contains(got, "first") || !strings.Contains(got, "second") {
		t.Errorf("logged: %s", got)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	var links logs.Links
	log := links.Logger(logs.New(&out, true, slog.LevelInfo)).With("socket", 1)
	links.Set(7, "https://example.slack.com/archives/C1/p1")
	log.InfoContext(logs.Request(t.Context(), 7), "by the context")
	log.Info("by the line", "request", "RNW-000007")
	log.InfoContext(logs.Request(t.Context(), 8), "not known")
	log.Info("no request")
	for line := range strings.Lines(out.String()) {
		if by := strings.Contains(line, "by the"); strings.Contains(line, "link=https://example.slack.com/archives/C1/p1") != by {
			t.Errorf("logged: %s", line)
		}
	}
	var none *logs.Links
	none.Set(7, "https://example.slack.com/archives/C1/p1")
	for id := range int64(10_010) {
		links.Set(id, "x")
	}
	out.Reset()
	log.InfoContext(logs.Request(t.Context(), 5), "forgotten")
	log.InfoContext(logs.Request(t.Context(), 10_009), "kept")
	if got := out.String(); strings.Count(got, "link=x") != 1 || !strings.Contains(got, "kept") {
		t.Errorf("logged: %s", got)
	}
}
