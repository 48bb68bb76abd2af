// The guided tour. A step is done when what it asks for has really happened, in whichever window; the bot's audit
// trail, which everybody's stream has, tells. Where the tour stands is kept in the browser, so that a reload and
// another person's window go on with it.
import { html, Icon, Spinner, useEffect, useRef } from "./ui.js";
import { recall, remember } from "./memory.js";
import { actAs, addressAs, showDock } from "./route.js";
import { person } from "./names.js";
import { state, update, useStore } from "./store.js";

const alice = "U0ALICE";
const bob = "U0BOB";

// happened is the number of the first audit entry after since with one of the codes, or 0.
const happened = (...codes) => (s, since) => (s.bot?.audit ?? [])
  .findLast((a) => a.seq > since && codes.includes(a.code))?.seq ?? 0;
const faultOn = (s, id) => (s.faults.find((f) => f.id === id)?.on ? Math.max(1, lastEntry()) : 0);

// A step's done is the number of the audit entry with which it was over, given the one with which it began, so
// that the next step misses nothing that came along with it; without done one goes on by a button. as is who can do
// it, point what to look at.
const steps = [
  {
    name: "welcome", title: "Try a renewal", next: "Begin",
    text: [
      "This is a workspace like Slack, with the real bot in it and a Partner Portal behind it. Nothing here is "
        + "real, and no order costs money.",
      "The tour takes five minutes and can be left at any time.",
    ],
  },
  {
    name: "request", title: "Ask for a renewal", as: alice, done: happened("request.submitted"),
    waits: "Waiting for a request",
    point: "[data-testid=composer] .composer-box",
    text: [
      "Write /renew in #renewals and press Enter. Find Acme Telecom, choose a plan, type its 50 extensions, "
        + "choose who gets the invoice, then review and send it.",
    ],
  },
  {
    name: "approve", title: "Approve it as Bob", as: bob, done: happened("request.approved"),
    waits: "Waiting for the approval",
    point: ".thread .btn-primary, .main .replies",
    text: [
      "Nobody approves their own request. Act as Bob, open the replies below the request in #renewals, and "
        + "press Approve.",
    ],
  },
  {
    name: "order", title: "The order number", done: happened("order.placed"), waits: "The bot is ordering",
    lingers: "Go on", point: "[data-testid=orders]", dock: "portal",
    text: [
      "The bot orders at the Partner Portal, which is open on the right (on a phone: Portal, below). The order "
        + "number arrives in the request's thread.",
    ],
  },
  {
    name: "lose", title: "Now let an answer get lost", done: (s) => faultOn(s, "lost"), waits: "Waiting for the switch",
    point: "[data-fault=lost]", dock: "portal",
    text: [
      "Orders cost money, so the bot must never place one twice. Turn on “Answer lost” in the Partner Portal: "
        + "the order arrives, but nobody hears of it.",
    ],
  },
  {
    name: "again", title: "Ask and approve once more", done: happened("order.unknown"),
    waits: "Waiting for an order without an answer",
    text: [
      "As Alice ask for another renewal with /renew, and approve it as Bob, as before. It may be a PBX: "
        + "/renew 3631E0072A40 finds one by its serial number.",
    ],
    swap: true,
  },
  {
    name: "settle", title: "Settle it by hand", as: bob,
    done: happened("order.settled_placed", "order.settled_not_placed", "order.placed"),
    waits: "Waiting for the decision",
    point: ".thread [data-action-id] .btn",
    text: [
      "The bot does not know whether there is an order, and tries nothing twice. Look into the Partner Portal "
        + "as a person would, then say in the request's thread as Bob whether it was placed, with the order's "
        + "number.",
    ],
  },
  {
    name: "end", title: "That is all", next: "Close the tour",
    text: [
      "Turn “Answer lost” off again. Then try the other faults, reject something, move the clock on by a day, "
        + "or open the app's Home.",
    ],
  },
];

const none = { at: -1, since: 0, seen: false };

// kept is where the tour stands: at is a step or -1, seen whether it was offered once.
const kept = () => ({ ...none, ...recall("tour", none) });

const lastEntry = () => Math.max(0, ...(state.bot?.audit ?? []).map((a) => a.seq));

function put(tour) {
  remember("tour", tour);
  update({ tour });
}

function go(at, since = lastEntry()) {
  put(at >= steps.length ? { ...none, seen: true } : { at, since, seen: true });
  if (steps[at]?.dock && window.innerWidth > 760 && state.dock !== steps[at].dock) showDock(steps[at].dock);
}

// startTour begins at the beginning.
export const startTour = () => go(0);

// offerTour begins the tour on the first visit, and goes on with one that was under way.
export function offerTour() {
  const tour = kept();
  if (!tour.seen) go(0);
  else update({ tour: tour.since > lastEntry() ? { ...tour, since: 0 } : tour }); // the sandbox was begun anew
}

window.addEventListener("storage",
  (e) => e.key?.endsWith("tour") && update({ tour: kept() })); // another window went on

const leave = () => put({ ...none, seen: true });

export function Tour() {
  const tour = useStore((s) => s.tour) ?? none;
  const step = steps[tour.at];
  const done = useStore((s) => step?.done?.(s, tour.since) ?? 0);
  const on = useRef(tour.at);
  on.current = tour.at;
  useEffect(() => {
    if (done && !step.lingers && tour.at === on.current) go(tour.at + 1, done);
  }, [done, tour.at]);
  usePoint(done ? null : step?.point);
  if (!step) return null;
  return html`<section class="tour" aria-label="Guided tour" data-testid="tour" data-tour-step=${step.name}>
    <div class="tour-head"><h2>${step.title}<span class="tour-count">Step ${tour.at + 1} of ${steps.length}</span></h2>
      <button type="button" class="icon-btn" aria-label="Leave the tour" title="Leave the tour" data-testid="tour-leave"
        onClick=${leave}><${Icon} name="close" size=${14} /></button></div>
    <div class="tour-text" role="status">${step.text.map((t) => html`<p key=${t}>${t}</p>`)}</div>
    <${Foot} step=${step} done=${done} next=${() => go(tour.at + 1)} />
  </section>`;
}

// Foot says what the tour waits for, and helps with going on.
function Foot({ step, done, next }) {
  const me = useStore((s) => s.me);
  const busy = useStore((s) => s.stack.length > 0);
  const button = (text, act, testid) => html`<button type="button" class="btn btn-small btn-primary"
    data-testid=${testid} onClick=${act}>${text}</button>`;
  if (step.next) return html`<div class="tour-foot">${button(step.next, next, "tour-next")}</div>`;
  if (done && step.lingers) return html`<div class="tour-foot">${button(step.lingers, next, "tour-next")}</div>`;
  const others = step.swap ? [me === alice ? bob : alice] : step.as && step.as !== me ? [step.as] : [];
  return html`<div class="tour-foot">
    ${!busy && others.map((id) => person(state, id) && html`<${ActAs} key=${id} id=${id} />`)}
    <span class="tour-wait"><${Spinner} label="" /> ${step.waits}</span>
  </div>`;
}

function ActAs({ id }) {
  const name = person(state, id).realName;
  return html`<button type="button" class="btn btn-small btn-primary" onClick=${() => actAs(id)}>Act as ${name}</button>
    <a class="link" href=${addressAs(id)} target="_blank" rel="opener">in a new window</a>`;
}

// usePoint marks what a step is about, as soon as it is there.
function usePoint(selector) {
  const rooms = useStore((s) => s.rooms);
  const stack = useStore((s) => s.stack);
  const dock = useStore((s) => s.dock);
  const thread = useStore((s) => s.thread);
  useEffect(() => {
    if (!selector || stack.length) return undefined;
    const found = [...document.querySelectorAll(selector)].pop();
    found?.classList.add("tour-target");
    return () => found?.classList.remove("tour-target");
  }, [selector, rooms, stack, dock, thread]);
}
