package renewal

import "time"

// NoticeType names what other systems are told of, for ever: what they do relies on it.
type NoticeType string

// The types of notices.
const (
	NoticeRequested NoticeType = "requested" // asked for, or asked for anew
	NoticeReturned  NoticeType = "returned"  // an approver asks for changes
	NoticeApproved  NoticeType = "approved"
	NoticeRejected  NoticeType = "rejected"
	NoticeCancelled NoticeType = "cancelled" // withdrawn or closed, or the end of a dry run
	NoticeExpired   NoticeType = "expired"
	NoticeOrdered   NoticeType = "ordered"
	NoticeRefused   NoticeType = "refused"
	NoticeUnknown   NoticeType = "unknown"
	NoticeSettled   NoticeType = "settled" // what became of an order of unknown fate is known
	NoticeDue       NoticeType = "due"     // a package is to be renewed soon; there is no request yet
)

// NoticeTypes lists every type.
func NoticeTypes() []NoticeType {
	return []NoticeType{
		NoticeRequested, NoticeReturned, NoticeApproved, NoticeRejected, NoticeCancelled, NoticeExpired,
		NoticeOrdered, NoticeRefused, NoticeUnknown, NoticeSettled, NoticeDue,
	}
}

// Notice is what other systems are told. It holds no names, mail addresses and words of
// people: only ids, numbers and times.
type Notice struct {
	Type      NoticeType
	RequestID int64  // 0: belongs to no request
	Subject   string // what it is about: a request's reference
	At        time.Time
	Data      NoticeData
}

// NoticeData is what a notice says. Its names in JSON are a contract.
type NoticeData struct {
	Request       string    `json:"request,omitempty"`  // RNW-000123
	Version       int64     `json:"version,omitempty"`  // rises with every change of the request
	Revision      int       `json:"revision,omitempty"` // counts what was asked for
	State         Status    `json:"state,omitempty"`
	PreviousState Status    `json:"previous_state,omitempty"`
	DryRun        bool      `json:"dry_run,omitempty"`
	Product       string    `json:"product,omitempty"`     // yeastar.Product.Key
	TermMonths    int       `json:"term_months,omitempty"` // for how long it is renewed
	Quantity      int       `json:"quantity,omitempty"`    // of the plan's line
	Holder        string    `json:"holder,omitempty"`      // Holder.Key
	OrderNo       string    `json:"order_no,omitempty"`    // the vendor's
	Actor         string    `json:"actor,omitempty"`       // who did it: a Slack user id, or System
	Requester     string    `json:"requester,omitempty"`   // a Slack user id
	RequestedAt   time.Time `json:"requested_at,omitzero"`
	ApprovedAt    time.Time `json:"approved_at,omitzero"`
	ExpiresAt     time.Time `json:"expires_at,omitzero"` // when the package ends, as far as it is known
	OrderOn       string    `json:"order_on,omitempty"`  // the day before which it is not ordered: 2027-03-03
}

// noticeOf is what is told of a request that comes into a state.
var noticeOf = map[Status]NoticeType{
	Pending:   NoticeRequested,
	Returned:  NoticeReturned,
	Approved:  NoticeApproved,
	Rejected:  NoticeRejected,
	Cancelled: NoticeCancelled,
	Expired:   NoticeExpired,
	Ordered:   NoticeOrdered,
	Refused:   NoticeRefused,
	Unknown:   NoticeUnknown,
}

// Notices are what other systems are told of a change, in this order.
func (c Change) Notices() []Notice {
	var list []Notice
	e := c.Entry
	if e.RequestID == 0 || e.Code == CodeDenied {
		return nil
	}
	if e.From == Unknown && e.To != Unknown {
		list = append(list, c.notice(NoticeSettled))
	}
	again := e.Code == CodePostponed // the approval of before goes on
	if t, told := noticeOf[e.To]; told && !again && (e.From != e.To || e.Code == CodeAmended) {
		list = append(list, c.notice(t))
	}
	return list
}

func (c Change) notice(t NoticeType) Notice {
	r, e := c.Request, c.Entry
	o := r.AsOrdered()
	plan, _ := o.Plan()
	d := NoticeData{
		Request: r.Reference(), Version: r.Version, Revision: r.Revision, State: e.To, PreviousState: e.From, DryRun: r.DryRun,
		Product: r.Offer.Product, TermMonths: o.TermAsked().Months, Quantity: plan.Quantity, Holder: r.Offer.Holder.Key(),
		Actor: e.Actor, Requester: r.Requester,
		RequestedAt: r.AskedAt, ApprovedAt: r.ApprovedAt, ExpiresAt: o.CurrentExpiry, OrderOn: r.Offer.OrderOn.Date,
	}
	if r.Order != nil {
		d.OrderNo = r.Order.OrderNo
	}
	return Notice{Type: t, RequestID: r.ID, Subject: r.Reference(), At: e.At, Data: d}
}
