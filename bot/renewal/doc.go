// Package renewal is the domain: a renewal request, its states, who may move it
// from one to the next, and what is written down when somebody does. It is pure:
// no I/O, no clock, no randomness, nothing of Slack but user and channel ids.
//
// Who may do what is asked of Request.May alone. What people read is a Sentence: plain
// text, with ids for people and channels, which somebody else escapes and names.
//
// Every change is Apply(request, event, now, policy) -> (request', entry, jobs).
// Whoever keeps requests must save all three in one transaction or none.
//
//	pending ──approve──▶ approved ──attempt──▶ ordering ──▶ ordered
//	   │ ▲                 │  ▲                   ├───────▶ processing ─▶ ordered, refused
//	   │ └─changed, lapsed─┤  └──not sent─────────┤
//	   ├─▶ returned ─▶ pending (changed), cancelled, expired
//	   ├─▶ rejected        │  ▲                   ├───────▶ refused ─▶ approved, pending (try again)
//	   ├─▶ cancelled ◀stop─┘  └───try again───────┤             └────▶ cancelled (close)
//	   └─▶ expired                                └───────▶ unknown ─▶ ordered, processing, refused
//
// Votes count when they are used: at the quorum, and again before the order, whoever gave
// them is looked up. An approval that does not suffice any more, or is old, lapses: the
// request goes back to pending as a new revision with the votes that still count.
//
// Five moves go beyond the plain path. An order that turns up for an attempt that was
// called not placed becomes the request's own while the request is open and no other
// attempt is under way. An attempt whose POST certainly never reached the vendor goes
// back to approved, a bounded number of times, and is followed by an attempt with a
// number of its own. When the look-ups made just before ordering differ from what was
// approved, the request goes back to pending as a new revision, or to refused when what
// was approved is gone. What was pending or refused in a backup is asked anew, as a new
// revision. And a dry run ends as cancelled: a success that is not one must not look
// like one.
package renewal
