// What a person has read, kept in the browser for each person.
import { after, isReply, room } from "./store.js";
import { recall, remember } from "./memory.js";

const kept = new Map(); // person → {place: ts}

function of(me) {
  if (!kept.has(me)) kept.set(me, recall(`read.${me}`, {}));
  return kept.get(me);
}

const key = (channel, thread) => (thread ? `${channel}/${thread}` : channel);

// readUpTo is the ts up to which a person has read a channel or thread. What lies in the future is of a sandbox
// that was begun anew since.
export function readUpTo(s, channel, thread) {
  const ts = of(s.me)[key(channel, thread)] ?? "0";
  const now = Date.parse(s.clock.now || 0) / 1000 + 60;
  return s.clock.now && Number(ts) > now ? "0" : ts;
}

// markRead says whether anything changed.
export function markRead(s, channel, thread, ts) {
  if (!ts || !after(ts, readUpTo(s, channel, thread))) return false;
  const mine = { ...of(s.me), [key(channel, thread)]: ts };
  kept.set(s.me, mine);
  remember(`read.${s.me}`, mine);
  return true;
}

function mentions(s, m) {
  const text = m.text ?? "";
  if (text.includes(`<@${s.me}>`)) return true;
  return s.groups.some((g) => g.members?.includes(s.me) && text.includes(`<!subteam^${g.id}`));
}

// unreadIn counts what a person has not read in a channel, and how much of it is meant for them. Replies count
// only if they name the person, or the channel is between the person and the app.
export function unreadIn(s, channel) {
  const read = readUpTo(s, channel.id);
  let count = 0;
  let personal = 0;
  for (const m of room(s, channel.id).byTs.values()) {
    if (m.deleted || m.ephemeral || m.user === s.me) continue;
    const named = channel.im || mentions(s, m);
    const until = isReply(m) ? readUpTo(s, channel.id, m.threadTs) : read;
    if (!after(m.ts, until) || (isReply(m) && !named && !m.broadcast)) continue;
    count += 1;
    if (named) personal += 1;
  }
  return { count, personal };
}
