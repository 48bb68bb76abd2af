// The sidebar: the app, and the channels that this person sees, with marks for what is unread.
import { cls, html, Icon } from "./ui.js";
import { Avatar } from "./names.js";
import { currentChannel, goHome, goTo } from "./route.js";
import { state, useStore } from "./store.js";
import { unreadIn } from "./unread.js";

export function Sidebar() {
  const channels = useStore((s) => s.channels);
  const app = useStore((s) => s.app);
  const place = useStore((s) => s.place);
  useStore((s) => s.rooms);
  useStore((s) => s.read);
  const here = place.kind === "channel" ? currentChannel(state)?.id : "";
  const im = channels.find((c) => c.im);
  return html`<nav class="sidebar" aria-label="Workspace">
    <div class="workspace-name">Example Partner</div>
    <div class="sidebar-scroll">
      <h2 class="sidebar-title">Channels</h2>
      <ul>${channels.filter((c) => !c.im)
        .map((c) => html`<${Entry} key=${c.id} id=${c.id} on=${here === c.id} name=${c.name}
        unread=${unreadIn(state, c)} go=${() => goTo(c.id)}
        icon=${html`<${Icon} name=${c.private ? "lock" : "hash"} size=${16} />`}
        about=${c.shared ? "shared" : c.archived ? "archived" : ""} />`)}</ul>
      ${channels.length === 0 && state.loaded && html`<p class="sidebar-none">No channels</p>`}
      <h2 class="sidebar-title">Apps</h2>
      <ul>
        <${Entry} id="home" on=${place.kind === "home"} name="Home" label=${`Home of ${app?.name ?? "the app"}`}
          go=${goHome} icon=${html`<${Icon} name="home" size=${16} />`} />
        ${im && html`<${Entry} id=${im.id} on=${here === im.id} name=${app?.name ?? "App"} unread=${unreadIn(state, im)}
          go=${() => goTo(im.id)} icon=${html`<${Avatar} app id="app" name="app" size="xs" />`} />`}
      </ul>
    </div>
  </nav>`;
}

function Entry({ id, name, label, icon, on, unread = { count: 0, personal: 0 }, go, about }) {
  const fresh = unread.count > 0 && !on;
  return html`<li>
    <button type="button" class=${cls("entry", on && "entry-on", fresh && "entry-unread")} data-entry=${id}
    aria-current=${on ? "page" : undefined} aria-label=${label} onClick=${go}>
    ${icon}<span class="entry-name">${name}</span>
    ${about && html`<span class="entry-about">${about}</span>`}
    ${fresh && html`<span class="sr-only">, ${unread.count} unread</span>`}
    ${unread.personal > 0 && !on && html`<span class="count-badge" aria-hidden="true">${unread.personal}</span>`}
  </button></li>`;
}
