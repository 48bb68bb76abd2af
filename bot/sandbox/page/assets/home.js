// The app's Home, drawn by the app for each person.
import { html, Spinner, useEffect, useRef, useState } from "./ui.js";
import { act, failureText, toast } from "./actions.js";
import { Blocks } from "./blocks.js";
import { drawnAnew, keyOf, preset } from "./surface.js";
import { state, useStore } from "./store.js";

// HomeSurface is what Home's blocks stand on; see surface.js.
class HomeSurface {
  constructor(changed) {
    this.kind = "home";
    this.locked = false;
    this.changed = changed;
    this.waiting = new Set();
    this.failures = new Map();
  }

  field(block, el) {
    return state.home?.fields?.find((f) => f.blockId === block.block_id && f.actionId === el.action_id) ?? preset(el);
  }

  busy(key) {
    return this.waiting.has(key);
  }

  failure(key) {
    return this.failures.get(key);
  }

  async tell(what, block, el, more) {
    const key = keyOf(block, el);
    this.waiting.add(key);
    this.changed();
    const answer = await act(what, { blockId: block.block_id, actionId: el.action_id, ...more });
    this.waiting.delete(key);
    if (answer.failure) this.failures.set(key, failureText(answer.failure));
    else this.failures.delete(key);
    if (!answer.ok) toast(answer.error, "error");
    this.changed();
    return answer;
  }

  press(block, el) {
    return this.tell("homePress", block, el);
  }

  choose(block, el, options) {
    return this.tell("homeChoose", block, el, { choices: options.map((o) => o.value) });
  }
}

export function Home() {
  const home = useStore((s) => s.home);
  const me = useStore((s) => s.me);
  const loaded = useStore((s) => s.loaded);
  const [, draw] = useState(0);
  const [surface] = useState(() => new HomeSurface(() => draw((n) => n + 1)));
  const openedAs = useRef("");
  useEffect(() => { // opening it, opening it as somebody else, and after everything began anew
    if (!loaded || (home && openedAs.current === me)) return;
    openedAs.current = me;
    act("home");
  }, [me, loaded, home === null]);
  if (!home) return html`<div class="home-wait"><${Spinner} label="Loading" /> The app is drawing its Home…</div>`;
  return html`<div class="home" data-testid="home" tabindex="0" role="region" aria-label="Home of the app">
    <div class="home-page"><${Blocks} blocks=${home.blocks} surface=${drawnAnew(surface)} /></div>
  </div>`;
}
