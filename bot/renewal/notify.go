package renewal

// Notify is which direct messages somebody wants. The zero value is NotifyAll.
type Notify string

// What can be wanted.
const (
	NotifyAll    Notify = "all"
	NotifyResult Notify = "result" // what became of a request, and reminders
	NotifyNone   Notify = "none"   // nothing but what waits for this person by name
)

// ParseNotify reads what somebody wants, as it is written down.
func ParseNotify(s string) (Notify, bool) {
	switch n := Notify(s); n {
	case NotifyAll, NotifyResult, NotifyNone:
		return n, true
	}
	return "", false
}

// News is how much a direct message matters to whom it is for; the zero value is for nobody.
type News int

// From what can be left out first to what nobody else would hear.
const (
	NewsProgress News = iota + 1 // on the way, and there is nothing to do
	NewsResult                   // an end, or a reminder that the thread has as well
	NewsYours                    // waits for this person by name, and goes on by nobody else
)

// Wants says whether somebody wants such a direct message.
func (n Notify) Wants(news News) bool {
	switch n {
	case NotifyNone:
		return news >= NewsYours
	case NotifyResult:
		return news >= NewsResult
	}
	return true
}

// News is how much an entry matters to those who are told of it by direct message.
func (e Entry) News() News {
	switch e.Code {
	case CodeProcessing, CodeChanged, CodeLapsed:
		return NewsProgress
	case CodeReturned, CodeHandedOver, CodeEscalated, CodeDeputy:
		return NewsYours
	case CodeReminded, CodeLastCall:
		if e.To == Returned { // its requester alone can change it
			return NewsYours
		}
	}
	return NewsResult
}
