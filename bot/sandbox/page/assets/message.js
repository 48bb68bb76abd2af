// One message, as it stands in a channel or a thread.
import { cls, html, Icon, memo, useState } from "./ui.js";
import { attempt } from "./actions.js";
import { Attachments } from "./attachments.js";
import { Blocks } from "./blocks.js";
import { ago, fullTime, ofTs, timeOf } from "./dates.js";
import { mrkdwn } from "./mrkdwn.js";
import { authorName, Avatar, channelById, channelName, isApp } from "./names.js";
import { plain } from "./plain.js";
import { MessageSurface } from "./pressing.js";
import { openThread } from "./route.js";
import { isReply, messageAt, room, state } from "./store.js";
import { drawnAnew } from "./surface.js";

// Message's compact ones go without author; inThread says which of the two places it stands in. names changes when
// people, groups or channels do, so that mentions are drawn anew; so does replies, the thread that hangs on it.
export const Message = memo(({ m, compact, inThread, fresh, focused, replies }) => {
  const app = isApp(state, m);
  const name = authorName(state, m);
  const ms = ofTs(m.ts);
  if (m.deleted) {
    return html`<li class="message message-deleted" data-message-ts=${m.ts}>
      <span class="avatar avatar-m avatar-gone" aria-hidden="true"><${Icon} name="close" size=${16} /></span>
      <div class="message-main"><em>This message was deleted.</em>
        ${!inThread && html`<${Replies} m=${m} replies=${replies} />`}</div>
    </li>`;
  }
  return html`<li
    class=${cls("message", compact && "message-compact", m.ephemeral && "message-ephemeral",
    focused && "message-focused", fresh && "message-fresh")}
      data-message-ts=${m.ts} data-ephemeral=${m.ephemeral ? "true" : undefined}>
    ${m.ephemeral && html`<div class="only-you"><${Icon} name="lock" size=${13} /> Only visible to you</div>`}
    ${m.broadcast && html`<${Broadcast} m=${m} inThread=${inThread} />`}
    <div class="gutter">${compact
    ? html`<time class="side-time" title=${fullTime(state, ms)}>${timeOf(state, ms).replace(/\s?[AP]M/, "")}</time>`
    : html`<${Avatar} name=${name} id=${m.user} app=${app} />`}</div>
    <div class="message-main">
      ${compact
    ? html`<span class="sr-only">${name} at ${timeOf(state, ms)}</span>`
    : html`<div class="byline"><span class="author">${name}</span>${app && html`<span class="badge-app">APP</span>`}
        <time class="time" dateTime=${new Date(ms).toISOString()} title=${fullTime(state, ms)}>
          ${timeOf(state, ms)}</time></div>`}
      <${Body} m=${m} />
      ${m.edited && html`<span class="edited">(edited)</span>`}
      ${!inThread && html`<${Replies} m=${m} replies=${replies} />`}
    </div>
    ${!m.slackbot && html`<${Toolbar} m=${m} inThread=${inThread} />`}
  </li>`;
});

function Body({ m }) {
  const [, draw] = useState(0);
  const [surface] = useState(() => new MessageSurface(m, () => draw((n) => n + 1)));
  surface.message = m;
  return html`<div class="message-body">
    ${m.blocks?.length ? html`<${Blocks} blocks=${m.blocks} surface=${drawnAnew(surface)} />`
      : m.text && html`<div class="text">${mrkdwn(m.text)}</div>`}
    ${m.files?.map((f) => html`<a class="file-shared" key=${f.id} href=${`/api/files/${f.id}`} download=${f.name}
      data-testid="shared-file">📄 ${f.title || f.name}</a>`)}
    ${m.attachments?.length > 0 && html`<${Attachments} attachments=${m.attachments} surface=${drawnAnew(surface)} />`}
  </div>`;
}

// Broadcast says where a reply also stands.
function Broadcast({ m, inThread }) {
  if (inThread) {
    const c = channelById(state, m.channel);
    return html`<div class="also">Also sent to ${c ? `#${channelName(state, c)}` : "the channel"}</div>`;
  }
  const parent = messageAt(state, m.channel, m.threadTs);
  return html`<div class="also">replied to a thread: <button type="button" class="link-btn"
    onClick=${() => openThread(m.channel, m.threadTs)}>
    ${parent ? plain(state, parent).slice(0, 60) : "open it"}</button></div>`;
}

function Replies({ m, replies }) {
  const count = replies?.length ?? m.replies ?? 0;
  if (!count || isReply(m)) return null;
  const authors = [...new Map((replies ?? []).map((r) => [r.user || r.botId, r])).values()].slice(0, 4);
  const last = replies?.[replies.length - 1];
  return html`<button type="button" class="replies" data-testid="replies" onClick=${() => openThread(m.channel, m.ts)}>
    ${authors.map((r) => html`<${Avatar} key=${r.user} name=${authorName(state, r)} id=${r.user} app=${isApp(state, r)}
      size="s" />`)}
    <span class="replies-count">${count} ${count === 1 ? "reply" : "replies"}</span>
    ${last && html`<span class="replies-last">Last reply ${ago(state, ofTs(last.ts))}</span>`}
  </button>`;
}

// Toolbar appears beside the message under the pointer or with the focus in it.
function Toolbar({ m, inThread }) {
  const shortcuts = m.ephemeral ? [] : state.shortcuts.filter((x) => x.type === "message");
  if ((m.ephemeral || inThread) && !shortcuts.length) return null;
  return html`<div class="toolbar">
    ${!inThread && !m.ephemeral && html`<button type="button" class="icon-btn" title="Reply in thread"
      aria-label="Reply in thread" data-testid="reply"
      onClick=${() => openThread(m.channel, isReply(m) ? m.threadTs : m.ts)}><${Icon} name="thread" /></button>`}
    ${shortcuts.map((x) => html`<button type="button" class="icon-btn" title=${x.name} aria-label=${x.name}
      onClick=${() => attempt("messageShortcut", { callbackId: x.callbackId, channel: m.channel, ts: m.ts })}>
      <${Icon} name="bolt" /></button>`)}
  </div>`;
}

// repliesOf is what Message needs to know of the thread that hangs on it.
export const repliesOf = (s, m) => room(s, m.channel).threads.get(m.ts);
