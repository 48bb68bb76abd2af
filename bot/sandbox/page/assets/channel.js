// A channel: its head, its messages and the composer; likewise the messages between a person and the app.
import { html, Icon, useEffect, useMemo, useRef } from "./ui.js";
import { Composer } from "./composer.js";
import { Home } from "./home.js";
import { Messages } from "./messages.js";
import { Avatar, channelName } from "./names.js";
import { currentChannel, goHome, goTo } from "./route.js";
import { room, state, update, useStore } from "./store.js";
import { markRead, readUpTo } from "./unread.js";

export function Main() {
  const place = useStore((s) => s.place);
  const channel = useStore(currentChannel);
  const loaded = useStore((s) => s.loaded);
  if (!loaded) return html`<main class="main main-wait" id="main" aria-busy="true"><${Skeleton} /></main>`;
  if (place.kind === "home") {
    return html`<main class="main" id="main" aria-label="Home of the app"><${AppHead} tab="home" /><${Home} /></main>`;
  }
  if (!channel) return html`<main class="main" id="main"><p class="nothing">This person is in no channel.</p></main>`;
  return html`<main class="main" id="main"
    aria-label=${channel.im ? "Messages with the app" : `Channel ${channel.name}`} data-channel=${channel.id}>
    ${channel.im ? html`<${AppHead} tab="messages" />` : html`<${ChannelHead} channel=${channel} />`}
    <${Room} key=${`${state.me}/${channel.id}`} channel=${channel} />
  </main>`;
}

const Skeleton = () => html`<div class="skeleton" role="status">
  <span class="sr-only">Connecting to the sandbox…</span>
  ${[70, 45, 80, 60].map((w, i) => html`<div class=${`bone bone-${i}`} key=${w}><i></i><b></b></div>`)}
</div>`;

function ChannelHead({ channel }) {
  const members = channel.members?.length ?? 0;
  return html`<header class="head">
    <h1 class="head-title"><${Icon} name=${channel.private ? "lock" : "hash"} size=${18} /> <span>${channel.name}</span>
      </h1>
    ${channel.shared && html`<span class="tag">shared with another company</span>`}
    ${channel.archived && html`<span class="tag">archived</span>`}
    <span class="head-members">${members === 1 ? "1 member" : `${members} members`}</span>
  </header>`;
}

// AppHead are the tabs of the app: its Home and its messages.
function AppHead({ tab }) {
  const app = useStore((s) => s.app);
  const im = useStore((s) => s.channels.find((c) => c.im));
  return html`<header class="head head-app">
    <h1 class="head-title">
      <${Avatar} app id="app" name="app" size="s" /> <span>
      ${app?.name ?? "App"}</span> <span class="badge-app">APP</span></h1>
    <nav class="tabs" aria-label="App">
      <button type="button" class="tab" aria-current=${tab === "home" ? "page" : undefined}
        onClick=${goHome}>Home</button>
      ${im && html`<button type="button" class="tab" aria-current=${tab === "messages" ? "page" : undefined}
        onClick=${() => goTo(im.id)}>Messages</button>`}
    </nav>
  </header>`;
}

function Room({ channel }) {
  const here = useStore((s) => room(s, channel.id));
  const local = useStore((s) => s.local);
  const list = useMemo(() => {
    const mine = local.filter((m) => m.channel === channel.id);
    return mine.length ? [...here.top, ...mine].sort((a, b) => Number(a.ts) - Number(b.ts)) : here.top;
  }, [here, local, channel.id]);
  const newFrom = useRef(readUpTo(state, channel.id)).current;
  useRead(channel.id, undefined, here.top[here.top.length - 1]?.ts);
  const head = html`<div class="beginning">
    <strong>${channel.im ? channelName(state, channel) : `#${channel.name}`}</strong>
    ${channel.im ? " This is where the app writes to you alone." : " This is the very beginning of the channel."}
      </div>`;
  return html`
    <${Messages} list=${list} head=${head} newFrom=${newFrom}
      label=${channel.im ? "Messages with the app" : `Messages in ${channel.name}`} testid="messages" />
    <${Composer} key=${channel.id} channel=${channel} />`;
}

// useRead marks everything up to ts as read while the window is looked at.
export function useRead(channel, thread, ts) {
  useEffect(() => {
    const look = () => {
      if (document.visibilityState === "visible" && markRead(state, channel, thread, ts)) update({ read: {} });
    };
    look();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [channel, thread, ts]);
}
