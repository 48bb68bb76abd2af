// Where this window is: as whom, in which channel, at which thread. The address bar has the same, so that a
// window can be reloaded, and several windows can be different people.
import { connect } from "./stream.js";
import { state, update } from "./store.js";
import { recall, remember } from "./memory.js";

const firstPerson = "U0ALICE";

// start opens the stream, and then reads the address bar, because a new stream begins without a thread.
export function start() {
  connect(new URLSearchParams(location.search).get("as") || firstPerson);
  update({ ...parseHash(), dock: recall("dock", window.innerWidth >= 1500 ? "portal" : "") });
  window.addEventListener("hashchange", () => {
    if (location.hash !== skipLink) update(parseHash());
  });
}

const skipLink = "#main"; // no place in the workspace

/** @returns {Pick<import("./shapes.js").State, "place" | "thread">} */
function parseHash() {
  const [place, ts] = location.hash.replace(/^#\/?/, "").split("/");
  if (place === "home") return { place: { kind: "home" }, thread: null };
  if (!place) return { place: { kind: "channel", id: "" }, thread: null };
  return { place: { kind: "channel", id: place }, thread: ts ? { channel: place, ts } : null };
}

function writeAddress() {
  const { place, thread, me } = state;
  const hash = place.kind === "home" ? "#/home" : place.id ? `#/${place.id}${thread ? `/${thread.ts}` : ""}` : "";
  history.replaceState(null, "", `?as=${me}${hash}`);
}

// actAs turns this window into another person's.
export function actAs(id) {
  if (id === state.me) return;
  connect(id);
  writeAddress();
}

export const addressAs = (id) => `/?as=${encodeURIComponent(id)}`;

// currentChannel is the channel shown: the chosen one if this person sees it, else the first.
export function currentChannel(s) {
  return s.channels.find((c) => c.id === s.place.id) ?? s.channels.find((c) => !c.im) ?? s.channels[0];
}

export function goTo(channel) {
  const keep = state.thread?.channel === channel ? state.thread : null;
  update({ place: { kind: "channel", id: channel }, thread: keep, phone: "main", focusTs: "" });
  writeAddress();
}

// goHome opens the app's Home.
export function goHome() {
  update({ place: { kind: "home" }, thread: null, phone: "main" });
  writeAddress();
}

export function openThread(channel, ts) {
  update({ place: { kind: "channel", id: channel }, thread: { channel, ts }, phone: "main" });
  writeAddress();
}

export function closeThread() {
  update({ thread: null });
  writeAddress();
}

// goToMessage shows a message where it stands: in its thread if it is a reply.
export function goToMessage(channel, ts) {
  const m = state.rooms.get(channel)?.byTs.get(ts);
  const parent = m?.threadTs && m.threadTs !== ts ? m.threadTs : "";
  update({
    place: { kind: "channel", id: channel }, thread: parent ? { channel, ts: parent } : null,
    focusTs: ts, phone: "main",
  });
  writeAddress();
}

// openDock shows the Partner Portal or the bot beside the workspace; the open one is closed.
export function openDock(which) {
  const dock = state.dock === which ? "" : which;
  remember("dock", dock);
  update({ dock });
}

export function showDock(which) {
  remember("dock", which);
  update({ dock: which, phone: which });
}

export const showPane = (phone) => update(phone === "portal" || phone === "bot" ? { phone, dock: phone } : { phone });

// The address of a message, as Slack makes them: …/archives/C0RENEWALS/p1795000000000200, for replies with
// ?thread_ts=.
const permalink = /^https?:\/\/[^/]+\/archives\/([A-Z0-9]+)(?:\/p(\d{10})(\d{6}))?(?:\?.*)?$/;

// ownLink is what a link does inside the page, if it is the address of a message or channel.
export function ownLink(url) {
  const found = permalink.exec(url);
  if (!found || !state.channels.some((c) => c.id === found[1])) return null;
  const [, channel, seconds, fraction] = found;
  return seconds ? () => goToMessage(channel, `${seconds}.${fraction}`) : () => goTo(channel);
}
