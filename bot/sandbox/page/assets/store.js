// What the page knows, in one place. Only stream.js and the functions here change it, and every change
// replaces the part that it changes, so that a reader sees by identity whether its part is another one.
import { useEffect, useLatest, useState } from "./ui.js";

// What each part is, shapes.d.ts says.
const nothing = () => ({
  loaded: false, clock: { now: "", aheadSeconds: 0, heard: 0 },
  people: [], groups: [], commands: [], shortcuts: [], app: null, channels: [], rooms: new Map(),
  stack: [], home: null, refusals: [], portal: { orders: [], customerCount: 0, calls: [] }, faults: [], bot: null,
});

/** @type {import("./shapes.js").State} */
export const state = {
  ...nothing(),
  me: "", connection: "connecting", place: { kind: "channel", id: "" }, thread: null, dock: "", phone: "main",
  focusTs: "", said: null, toasts: [], layers: [], question: null, tour: null, read: {}, local: [],
};

/** @type {Set<() => void>} */
const readers = new Set();

/**
 * update changes parts of the state and tells whoever reads them.
 * @typedef {import("./shapes.js").State} State
 * @param {Partial<State> | ((s: State) => Partial<State>)} parts
 */
export function update(parts) {
  Object.assign(state, typeof parts === "function" ? parts(state) : parts);
  for (const reader of [...readers]) reader();
}

// forget drops what only one person sees, before another person's stream begins.
export const forget = () => {
  const { channels, rooms, stack, home } = nothing();
  update({ loaded: false, channels, rooms, stack, home, local: [], thread: null });
};

// subscribe calls back after every update.
export function subscribe(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}

/**
 * useStore reads a part of the state and draws again when that part is another value.
 * @template T
 * @param {(s: State) => T} select
 */
export function useStore(select) {
  const latest = useLatest(select);
  const [, draw] = useState(0);
  const value = select(state);
  const shown = useLatest(value);
  useEffect(() => {
    const look = () => {
      if (!Object.is(latest.current(state), shown.current)) draw((n) => n + 1);
    };
    look(); // what changed between drawing and subscribing
    return subscribe(look);
  }, []);
  return value;
}

/** @type {import("./shapes.js").Room} */
const emptyRoom = { byTs: new Map(), top: [], threads: new Map() };

export const room = (s, channel) => s.rooms.get(channel) ?? emptyRoom;
export const messageAt = (s, channel, ts) => room(s, channel).byTs.get(ts);

export const isReply = (m) => Boolean(m.threadTs) && m.threadTs !== m.ts;
export const after = (a, b) => Number(a) > Number(b);

const ordered = (list) => list.sort((a, b) => Number(a.ts) - Number(b.ts));

// withMessages makes the rooms anew that messages came to or went from.
export function withMessages(rooms, changed = [], gone = []) {
  const touched = new Map();
  const open = (channel) => {
    if (!touched.has(channel)) touched.set(channel, new Map(rooms.get(channel)?.byTs));
    return touched.get(channel);
  };
  for (const m of changed) open(m.channel).set(m.ts, m);
  for (const m of gone) open(m.channel).delete(m.ts);
  const next = new Map(rooms);
  for (const [channel, byTs] of touched) next.set(channel, arrange(byTs, room({ rooms }, channel)));
  return next;
}

// arrange keeps the lists of before that are still the same, so that what shows them is not drawn again.
function arrange(byTs, before) {
  const top = [];
  const threads = new Map();
  for (const m of byTs.values()) {
    if (isReply(m)) {
      if (!threads.has(m.threadTs)) threads.set(m.threadTs, []);
      threads.get(m.threadTs).push(m);
    }
    if (!isReply(m) || m.broadcast) top.push(m);
  }
  ordered(top);
  for (const [ts, replies] of threads) threads.set(ts, same(ordered(replies), before.threads.get(ts)));
  return { byTs, top: same(top, before.top), threads };
}

function same(list, before) {
  return before?.length === list.length && list.every((m, i) => m === before[i]) ? before : list;
}
