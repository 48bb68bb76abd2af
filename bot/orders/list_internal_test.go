package orders

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/time/rate"

	"renewbot/yeastar"
)

// listing serves an order list that knows nothing of sorting, and counts the pages read.
type listing struct {
	times   []time.Time // of the orders, in the list's order
	perPage int
	paged   bool // the answer tells the number of pages
	stuck   bool // page numbers are ignored
	read    int
}

func (l *listing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	result := any(map[string]any{"token": "a", "expiresIn": 1800})
	if r.Method == http.MethodGet {
		l.read++
		no, _ := strconv.Atoi(r.URL.Query().Get("pageNo"))
		if l.stuck {
			no = 1
		}
		var orders []any
		for i := (no - 1) * l.perPage; i < min(no*l.perPage, len(l.times)); i++ {
			o := map[string]any{"id": strconv.Itoa(i), "orderNo": "XS" + strconv.Itoa(i)}
			if !l.times[i].IsZero() {
				o["createTime"] = l.times[i].UnixMilli()
			}
			orders = append(orders, o)
		}
		page := map[string]any{"results": orders, "pageNo": no}
		if l.paged {
			page["totalPage"] = (len(l.times) + l.perPage - 1) / l.perPage
		}
		result = page
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": 200, "code": "success", "result": result})
}

func TestOrdersSince(t *testing.T) {
	t.Parallel()
	since := sentAt
	run := func(first time.Time, step time.Duration, n int) []time.Time {
		var out []time.Time
		for i := range n {
			out = append(out, first.Add(time.Duration(i)*step))
		}
		return out
	}
	newestFirst := run(since.Add(4*time.Minute), -time.Minute, 30) // 5 in the window
	oldestFirst := run(since.Add(-25*time.Minute), time.Minute, 30)
	sameTime := append(run(since.Add(-time.Hour), 0, 25), run(since, 0, 5)...)
	untimed := append(run(since.Add(-time.Hour), -time.Minute, 10), time.Time{})
	for name, c := range map[string]struct {
		list  listing
		found int
		read  int
	}{
		"newest first ends where the window does":    {listing{times: newestFirst, perPage: 10, paged: true}, 5, 1},
		"oldest first is read to its end":            {listing{times: oldestFirst, perPage: 10, paged: true}, 5, 3},
		"a list that proves no order":                {listing{times: sameTime, perPage: 10, paged: true}, 5, 3},
		"no number of pages is told":                 {listing{times: oldestFirst, perPage: 10}, 5, 4},
		"no number of pages is told, newest first":   {listing{times: run(since.Add(time.Hour), -time.Second, 25), perPage: 10}, 25, 4},
		"an order without a time may be any":         {listing{times: untimed, perPage: 20, paged: true}, 1, 1},
		"page numbers are ignored":                   {listing{times: newestFirst, perPage: 3, stuck: true}, 3, 2},
		"an empty list":                              {listing{perPage: 10}, 0, 1},
		"newest first over several pages":            {listing{times: run(since.Add(24*time.Minute), -time.Minute, 60), perPage: 10, paged: true}, 25, 3},
		"mixed: a page in order is not a whole list": {listing{times: append(append(run(since.Add(-time.Hour), time.Minute, 2), newestFirst[5:]...), newestFirst[:5]...), perPage: 10, paged: true}, 5, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			list := c.list
			found, err := readsOrdersOf(t, &list).ordersSince(t.Context(), since, unseen)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]int{c.found, c.read}, []int{len(found), list.read}); diff != "" {
				t.Errorf("orders found and pages read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEndlessOrderListIsAnError(t *testing.T) {
	t.Parallel()
	list := &listing{times: make([]time.Time, maxOrderPages+1), perPage: 1}
	found, err := readsOrdersOf(t, list).ordersSince(t.Context(), sentAt, unseen)
	if err == nil || list.read != maxOrderPages {
		t.Errorf("%d orders after %d pages, error %v", len(found), list.read, err)
	}
}

// readsOrdersOf reads the orders of the list.
func readsOrdersOf(t *testing.T, list *listing) *Orders {
	t.Helper()
	server := httptest.NewServer(list)
	t.Cleanup(server.Close)
	client, err := yeastar.New(yeastar.Config{
		BaseURL: server.URL, ClientID: "id", ClientSecret: "secret", UserAgent: "OpenAPI", Rate: rate.Inf,
	})
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Client: client})
}
