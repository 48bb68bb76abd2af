// The field to write in: commands are completed while one types, Enter sends, and what went wrong is said as
// Slack says it.
import { html, Icon, Spinner, useEffect, useId, useRef, useState } from "./ui.js";
import { act, attempt } from "./actions.js";
import { now } from "./dates.js";
import { MenuButton } from "./menu.js";
import { channelName } from "./names.js";
import { state, update, useStore } from "./store.js";

const drafts = new Map(); // what was begun and not sent, by person and place

export function Composer({ channel, threadTs }) {
  const id = useId("composer");
  const commands = useStore((s) => s.commands);
  const me = useStore((s) => s.me);
  const place = `${me}/${channel.id}/${threadTs ?? ""}`;
  const field = useRef(null);
  const [text, setText] = useState(drafts.get(place) ?? "");
  const [error, setError] = useState("");
  const [sending, setSending] = useState(false);
  const [active, setActive] = useState(-1);
  const [shut, setShut] = useState(false); // the completion was closed with Escape
  const offers = threadTs || shut ? [] : completions(commands, text);
  const write = (value) => {
    drafts.set(place, value);
    setText(value);
    setError("");
    setActive(-1);
    setShut(false);
  };
  const complete = (offer) => {
    write(offer.insert);
    field.current.focus();
  };
  const send = async () => {
    const what = text.trim();
    if (!what || sending) return;
    if (threadTs && what.startsWith("/")) {
      setError(`${what.split(/\s/)[0]} is not supported in threads. Sorry!`);
      return;
    }
    setSending(true);
    const problem = await deliver(channel.id, threadTs, what);
    setSending(false);
    if (problem) setError(problem);
    else write("");
    field.current?.focus();
  };
  useEffect(() => { // as tall as what stands in it
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 160)}px`;
  }, [text]);
  const keys = { text, offers, active, setActive, complete, send, shut: () => setShut(true) };
  const label = threadTs ? "Reply…" : channel.im ? `Message ${channelName(state, channel)}`
    : `Message #${channel.name}`;
  const activeId = offers.filter((o) => o.insert)[active] ? `${id}-o${active}` : undefined;
  return html`<div class="composer" data-testid=${threadTs ? "thread-composer" : "composer"}>
    ${offers.length > 0 && html`<${Offers} id=${id} offers=${offers} active=${active} complete=${complete} />`}
    ${error && html`<div class="composer-error" role="alert" data-testid="composer-error">${error}</div>`}
    <div class="composer-box">
      <textarea ref=${field} rows="1" value=${text} placeholder=${label} aria-label=${label}
        onInput=${(e) => write(e.target.value)} onKeyDown=${(e) => keyDown(e, keys)}
        aria-haspopup="listbox" aria-autocomplete="list" aria-controls=${offers.length ? `${id}-list` : undefined}
        aria-activedescendant=${activeId}
        readOnly=${sending || channel.archived} maxLength="4000"></textarea>
      <div class="composer-bar">
        ${!threadTs && html`<${Shortcuts} />`}
        <span class="composer-tip">${threadTs ? "" : html`Type <kbd>/</kbd> for commands`}</span>
        <button type="button" class="send" aria-label="Send" title="Send (Enter)"
          aria-disabled=${text.trim() && !sending ? undefined : "true"} onClick=${send}>
          ${sending ? html`<${Spinner} label="Sending" />` : html`<${Icon} name="send" size=${16} />`}
        </button>
      </div>
    </div>
  </div>`;
}

// keyDown chooses among the completions, sends, or leaves the key to the field.
function keyDown(e, { text, offers, active, setActive, shut, complete, send }) {
  if (e.isComposing) return;
  const list = offers.filter((o) => o.insert);
  if (list.length && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
    e.preventDefault();
    const at = active < 0 ? (e.key === "ArrowDown" ? 0 : list.length - 1) : active + (e.key === "ArrowDown" ? 1 : -1);
    setActive((at + list.length) % list.length);
  } else if (list.length && e.key === "Tab" && !e.shiftKey && (active >= 0 || offers[0].command)) {
    e.preventDefault();
    complete(list[Math.max(0, active)]);
  } else if (offers.length && e.key === "Escape") {
    e.preventDefault();
    e.stopPropagation();
    shut();
  } else if (e.key === "Enter" && !e.shiftKey) {
    e.preventDefault();
    const chosen = list[active] ?? (offers[0]?.command && offers[0].insert.trim() !== text.trim() ? list[0] : null);
    if (chosen) complete(chosen);
    else send();
  }
}

// Shortcuts are the app's global shortcuts.
function Shortcuts() {
  const shortcuts = useStore((s) => s.shortcuts).filter((x) => x.type === "global");
  if (!shortcuts.length) return null;
  const items = shortcuts.map((x) => (
    { key: x.callbackId, label: x.name, about: state.app?.name,
    act: () => attempt("shortcut", { callbackId: x.callbackId }) }));
  return html`<${MenuButton} label="Shortcuts" title="Shortcuts" icon="bolt" class="icon-btn" side="up"
    items=${items} />`;
}

function Offers({ id, offers, active, complete }) {
  let n = -1;
  return html`<div class="offers" data-testid="offers" onMouseDown=${(e) => e.preventDefault()}>
    <ul id=${`${id}-list`} role="listbox" aria-label="Commands">
      ${offers.filter((o) => o.insert).map((o) => {
    n += 1;
    const at = n;
    return html`<li key=${o.text} id=${`${id}-o${at}`} role="option" aria-selected=${at === active ? "true" : "false"}
      class=${at === active ? "offer offer-active" : "offer"} onClick=${() => complete(o)}>
          <strong>${o.text}</strong>${o.hint && html` <span class="offer-hint">${o.hint}</span>`}
            ${o.about && html`<span class="offer-about">${o.about}</span>`}
        </li>`;
  })}
    </ul>
    ${offers.filter((o) => !o.insert).map((o) => html`<div class="offer-note" key=${o.text}>${o.text}</div>`)}
  </div>`;
}

// completions are the commands that fit what was typed, or the words that a command takes.
function completions(commands, text) {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const [word, ...rest] = text.split(" ");
  if (!rest.length) {
    return commands.filter((c) => c.command.startsWith(word))
      .map((c) => ({ command: true, text: c.command, hint: c.hint, about: c.description, insert: `${c.command} ` }));
  }
  const command = commands.find((c) => c.command === word);
  if (!command?.hint) return [];
  const typed = rest.join(" ").toLowerCase();
  const parts = command.hint.split("|").map((p) => p.trim()).filter(Boolean);
  const words = parts.filter((p) => !p.startsWith("["))
    .map((p) => ({ name: p.split(" ")[0], argument: p.split(" ").slice(1).join(" ") }))
    .filter((p) => p.name.startsWith(typed) && p.name !== typed)
    .map((p) => ({ text: `${word} ${p.name}`, hint: p.argument, insert: `${word} ${p.name}${p.argument ? " " : ""}` }));
  if (typed) return words;
  const free = parts.filter((p) => p.startsWith("["))
    .map((p) => ({ text: `${word} ${p} – or go on with one of these` }));
  return [...words, ...free];
}

// deliver sends a message or command, and returns what to say beside the field if it was not taken.
async function deliver(channel, threadTs, text) {
  if (!text.startsWith("/")) {
    const answer = await act("say", { channel, text: escaped(text), threadTs: threadTs ?? "" });
    return answer.ok ? "" : answer.error;
  }
  const answer = await act("command", { channel, text });
  if (!answer.ok) return answer.error;
  if (answer.failure) slackbot(channel, `${text.split(/\s/)[0]} failed with the error "${answer.failure}"`);
  return "";
}

// escaped is what Slack's own clients send: nothing that is typed becomes markup for links and mentions.
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

let lines = 0;

// slackbot puts a line of Slackbot's into the channel, which only this window sees.
function slackbot(channel, text) {
  lines += 1;
  const ts = `${(now(state) / 1000).toFixed(3)}${String(lines).padStart(3, "0")}`;
  update((s) => ({ local: [...s.local, { channel, ts, user: "USLACKBOT", slackbot: true, ephemeral: true, text }] }));
}
