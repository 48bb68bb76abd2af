// The pane with one thread.
import { focusOn, html, Icon, useEffect, useMemo, useRef } from "./ui.js";
import { useRead } from "./channel.js";
import { Composer } from "./composer.js";
import { Messages } from "./messages.js";
import { channelById, channelName } from "./names.js";
import { closeThread } from "./route.js";
import { messageAt, room, state, useStore } from "./store.js";
import { readUpTo } from "./unread.js";

export function Thread() {
  const thread = useStore((s) => s.thread);
  const channel = useStore((s) => thread && channelById(s, thread.channel));
  if (!thread || !channel) return null;
  return html`<${Pane} key=${`${state.me}/${thread.channel}/${thread.ts}`} channel=${channel} ts=${thread.ts} />`;
}

function Pane({ channel, ts }) {
  const parent = useStore((s) => messageAt(s, channel.id, ts));
  const replies = useStore((s) => room(s, channel.id).threads.get(ts));
  const local = useStore((s) => s.local);
  const list = useMemo(() => {
    const mine = local.filter((m) => m.channel === channel.id && m.threadTs === ts);
    return [...(parent ? [parent] : []), ...(replies ?? []), ...mine];
  }, [parent, replies, local]);
  const newFrom = useRef(readUpTo(state, channel.id, ts)).current;
  const pane = useRef(null);
  useRead(channel.id, ts, list[list.length - 1]?.ts);
  useEffect(() => { // the way into the pane for the keyboard, unless a dialog has it
    if (!document.querySelector("dialog[open]")) pane.current?.querySelector(".messages")?.focus(
      { preventScroll: true });
    return () => setTimeout(backFrom, 0, ts);
  }, []);
  const keyDown = (e) => {
    if (e.key === "Escape" && !e.defaultPrevented) closeThread();
  };
  return html`<aside class="thread" ref=${pane} aria-label="Thread" data-testid="thread" data-thread-ts=${ts}
    onKeyDown=${keyDown}>
    <header class="head">
      <button type="button" class="icon-btn only-phone" aria-label="Back to the channel" onClick=${closeThread}>
        <${Icon} name="back" /></button>
      <h2 class="head-title">Thread <span class="head-sub">
        ${channel.im ? channelName(state, channel) : `#${channel.name}`}</span></h2>
      <button type="button" class="icon-btn" aria-label="Close the thread" title="Close" onClick=${closeThread}>
        <${Icon} name="close" /></button>
    </header>
    <${Messages} list=${list} inThread newFrom=${newFrom} label="Messages of the thread" testid="thread-messages"
      empty=${html`<p class="nothing">The message is not there any more.</p>`} />
    <${Composer} channel=${channel} threadTs=${ts} />
  </aside>`;
}

// backFrom gives the focus that was in a thread to the message that the thread hangs on.
function backFrom(ts) {
  if (document.activeElement !== document.body) return;
  focusOn(`.main [data-message-ts="${CSS.escape(ts)}"] .replies, .main .composer textarea`, { preventScroll: true });
}
