package portal

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"renewbot/yeastar"
)

// Explain says in a sentence why the vendor's data are not there.
func Explain(err error) string {
	var e *yeastar.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return "Yeastar's Partner Portal takes too long to answer."
	case errors.As(err, &e) && e.Class == yeastar.ClassAuth:
		return "Yeastar's Partner Portal refuses our credentials. Please tell whoever runs Renewbot."
	case errors.As(err, &e) && e.Class == yeastar.ClassRefused:
		return "Yeastar's Partner Portal refused to answer: " + strings.TrimSuffix(cmp.Or(e.Detail, e.Code), ".") + "."
	case e == nil:
		return "Not all that is asked of Yeastar's Partner Portal can be read."
	}
	return "Yeastar's Partner Portal can't be reached right now."
}

// RequestID is the vendor's request id in err, for support tickets.
func RequestID(err error) string {
	var e *yeastar.Error
	if errors.As(err, &e) {
		return e.RequestID
	}
	return ""
}
