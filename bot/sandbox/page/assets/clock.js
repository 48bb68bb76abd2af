// The sandbox's time, and the way to move it on, so that reminders and expiry can be seen.
import { html, Icon, useEffect, useState } from "./ui.js";
import { attempt } from "./actions.js";
import { clockText, now, zone } from "./dates.js";
import { state, useStore } from "./store.js";

const tick = 5000;

export function Clock() {
  const clock = useStore((s) => s.clock);
  const [busy, setBusy] = useState(0);
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((n) => n + 1), tick);
    return () => clearInterval(timer);
  }, []);
  const move = async (seconds) => {
    setBusy(seconds);
    await attempt("advance", { seconds });
    setBusy(0);
  };
  const button = (seconds, text, name) => html`<button type="button" class="btn btn-small" data-testid=${name}
    aria-label=${`Move the clock on by ${text.slice(1)}`} aria-busy=${busy === seconds ? "true" : undefined}
    aria-disabled=${busy ? "true" : undefined} onClick=${() => !busy && move(seconds)}>${text}</button>`;
  return html`<div class="clock" role="group" aria-label="The sandbox's clock">
    <span class="clock-now" title=${`The sandbox's time, in ${zone(state)}`}><${Icon} name="clock" size=${16} />
      <time data-testid="clock">${clock.now ? clockText(state, now(state)) : "…"}</time>
      ${clock.aheadSeconds > 0 && html`<span class="clock-ahead">${ahead(clock.aheadSeconds)} ahead</span>`}</span>
    ${button(3600, "+1 hour", "advance-hour")}${button(86_400, "+1 day", "advance-day")}
  </div>`;
}

function ahead(seconds) {
  const hours = Math.round(seconds / 3600);
  const days = Math.floor(hours / 24);
  return [days && `${days} d`, hours % 24 && `${hours % 24} h`].filter(Boolean).join(" ") || "a little";
}
