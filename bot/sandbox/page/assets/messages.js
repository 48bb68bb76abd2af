// A list of messages in a scroller that stays at its end, with days, a mark before what is new, and a way back down.
// Only the newest are drawn at first; the ones before come when one scrolls up to them.
import { html, Icon, useEffect, useLayoutEffect, useRef, useState } from "./ui.js";
import { dayKey, dayLabel, ofTs } from "./dates.js";
import { Message, repliesOf } from "./message.js";
import { after, state, update, useStore } from "./store.js";

const page = 120; // messages drawn at first, and added with each step up
const together = 5 * 60; // seconds within which messages of one author stand together

// Messages' newFrom is the ts after which messages are new to this person; local are lines of this window alone.
export function Messages({ list, label, newFrom, inThread, head, empty, testid }) {
  const scroller = useRef(null);
  const [count, setCount] = useState(page);
  const [away, setAway] = useState(false);
  const names = useStore((s) => s.people);
  const channels = useStore((s) => s.channels);
  const focusTs = useStore((s) => s.focusTs);
  useStore((s) => s.clock.now); // of which day and how long ago
  useStore((s) => s.rooms); // how many replies
  const focusAt = focusTs ? list.findIndex((m) => m.ts === focusTs) : -1;
  const drawn = Math.max(count, focusAt >= 0 ? list.length - focusAt + 10 : 0);
  const shown = list.length > drawn ? list.slice(-drawn) : list;
  useFocused(scroller, focusTs, focusAt >= 0);
  const unseen = useUnseen(list, away);
  const focused = useFocusCaught(scroller);
  const scroll = () => {
    const box = scroller.current; // laid out from the end: 0 is the bottom, upwards is negative
    setAway(box.scrollTop < -80);
    if (shown.length < list.length && box.scrollHeight + box.scrollTop - box.clientHeight < 600) setCount(drawn + page);
  };
  const down = () => {
    scroller.current.scrollTo({ top: 0, behavior: calm() ? "auto" : "smooth" });
    scroller.current.focus({ preventScroll: true });
  };
  return html`<div class="messages-frame">
    <div class="messages" ref=${scroller} onScroll=${scroll} onfocusin=${focused} tabindex="0" role="region"
      aria-label=${label} data-testid=${testid}>
      <div class="messages-inner">
        ${shown.length === list.length ? head
          : html`<button type="button" class="link-btn earlier"
          onClick=${() => setCount(drawn + page)}>Show earlier messages</button>`}
        ${!list.length && empty}
        <ol class="message-list">${rowsOf(shown, { newFrom, inThread, focusTs, names, channels })}</ol>
      </div>
    </div>
    ${away && html`<button type="button" class="jump" data-testid="jump" onClick=${down}>
      <${Icon} name="arrowDown" size=${16} /> ${unseen ? `${unseen} new ${unseen === 1 ? "message" : "messages"}`
      : "Jump to the newest"}</button>`}
  </div>`;
}

const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// rowsOf are the messages with what stands between them.
function rowsOf(list, { newFrom, inThread, focusTs, names, channels }) {
  const rows = [];
  let before = null;
  let marked = newFrom === undefined;
  list.forEach((m, i) => {
    const day = dayKey(state, ofTs(m.ts));
    const newDay = !before || dayKey(state, ofTs(before.ts)) !== day;
    if (newDay && !inThread) rows.push(html`<li class="day" key=${`day${day}`}>
      <span>${dayLabel(state, ofTs(m.ts))}</span></li>`);
    const isNew = !marked && after(m.ts, newFrom) && m.user !== state.me;
    if (isNew) {
      marked = true;
      if (i > 0 || newFrom !== "0") rows.push(html`<li class="new-mark" key="new"><span>New</span></li>`);
    }
    const replies = inThread ? undefined : repliesOf(state, m);
    rows.push(html`<${Message} key=${m.ts} m=${m} inThread=${inThread}
      compact=${!newDay && !isNew && follows(before, m, inThread)} focused=${m.ts === focusTs} replies=${replies}
      names=${names} channels=${channels} />`);
    if (inThread && i === 0 && list.length > 1) rows.push(html`<li class="day day-replies" key="replies">
      <span>${list.length - 1} ${list.length === 2 ? "reply" : "replies"}</span></li>`);
    before = m;
  });
  return rows;
}

function follows(before, m, inThread) {
  return before && !before.deleted && before.user === m.user && before.botId === m.botId
    && Boolean(before.ephemeral) === Boolean(m.ephemeral) && !m.ephemeral && !m.broadcast
    && !before.broadcast && Number(m.ts) - Number(before.ts) < together && !(before.replies && !inThread)
      && !(inThread && before.ts === m.threadTs);
}

// useFocused brings a message into sight once, after a link to it was followed.
function useFocused(scroller, ts, there) {
  useLayoutEffect(() => {
    if (!ts || !there) return undefined;
    scroller.current.querySelector(`[data-message-ts="${CSS.escape(ts)}"]`)?.scrollIntoView({ block: "center" });
    const timer = setTimeout(() => update({ focusTs: "" }), 2500);
    return () => clearTimeout(timer);
  }, [ts, there]);
}

// useFocusCaught keeps the focus in the list when the button that had it is gone, as after a click on a card.
function useFocusCaught(scroller) {
  const last = useRef(null);
  useLayoutEffect(() => {
    if (!last.current || last.current.isConnected) return;
    last.current = null;
    if (document.activeElement === document.body) scroller.current.focus({ preventScroll: true });
  });
  return (e) => {
    last.current = e.target;
  };
}

// useUnseen counts what came while one had scrolled up.
function useUnseen(list, away) {
  const from = useRef("0");
  const last = list[list.length - 1]?.ts ?? "0";
  useEffect(() => {
    if (!away) from.current = last;
  }, [away, last]);
  return away ? list.filter((m) => after(m.ts, from.current)).length : 0;
}
