package renewal

// UnderWay says whether an order of a request in this state is, or may be, with the vendor
// and is not finished. Of one holder and product at most one request begins such an order.
func (s Status) UnderWay() bool { return s == Ordering || s == Unknown || s == Processing }

// Behind is the refusal of a request's attempt because of another one of the same holder
// and product: its order is under way, or was placed after people agreed to this one.
func (r Request) Behind(other Request) *Refusal {
	return refuse(RefusedUnderWay, "%s waits: the order of %s, for the same package, is %s.",
		r.Reference(), other.Reference(), other.Status)
}
