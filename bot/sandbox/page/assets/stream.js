// The one stream over which everything arrives. The browser connects again by itself; the first patch of a
// connection says everything anew.
import { forget, state, update, withMessages } from "./store.js";
import { announceNew } from "./live.js";

const whole = ["people", "groups", "commands", "shortcuts", "app", "channels", "stack", "home", "refusals", "faults"];
const memberwise = ["portal", "bot"]; // of which only the members come that changed

let source = null;

// connect follows what the person with the id sees, instead of whoever was followed before.
export function connect(as) {
  source?.close();
  forget();
  update({ connection: "connecting", me: as });
  const mine = new EventSource(`/api/stream?as=${encodeURIComponent(as)}`);
  source = mine;
  mine.addEventListener("patch", (e) => {
    if (source === mine) apply(JSON.parse(e.data));
  });
  mine.addEventListener("error", () => {
    if (source !== mine) return;
    update({ connection: "lost" });
    if (mine.readyState === EventSource.CLOSED) setTimeout(() => source === mine && connect(as), 3000);
  });
}

/**
 * apply puts one patch into the state, in one update.
 * @param {import("./shapes.js").Patch} patch
 */
export function apply(patch) {
  /** @type {Partial<import("./shapes.js").State>} */
  const next = { connection: "live" };
  if (patch.reset) next.loaded = true;
  if (patch.me) next.me = patch.me;
  if (patch.clock) next.clock = { ...patch.clock, heard: Date.now() };
  for (const part of whole) {
    if (part in patch) next[part] = patch[part] ?? (Array.isArray(state[part]) ? [] : patch[part]);
  }
  for (const part of memberwise) {
    if (patch[part]) next[part] = patch.reset ? patch[part] : { ...state[part], ...patch[part] };
  }
  if (patch.reset || patch.messages || patch.gone) {
    next.rooms = withMessages(patch.reset ? new Map() : state.rooms, patch.messages ?? [], patch.gone ?? []);
  }
  const before = state.rooms;
  update(next);
  if (!patch.reset && patch.messages) announceNew(patch.messages, before);
}
