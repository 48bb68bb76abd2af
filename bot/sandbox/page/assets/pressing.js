// What the blocks of one message stand on: clicks and choices go to the app, and failures stand beside the button.
import { act, failureText, toast } from "./actions.js";
import { keyOf, preset } from "./surface.js";

export class MessageSurface {
  constructor(message, changed) {
    this.kind = "message";
    this.locked = false;
    this.message = message;
    this.changed = changed;
    this.waiting = new Set();
    this.failures = new Map();
    this.picks = new Map(); // what was chosen in this window; Slack shows it to nobody else
  }

  field(block, el) {
    return this.picks.get(keyOf(block, el)) ?? preset(el);
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
    this.failures.delete(key);
    this.changed();
    const answer = await act(what,
      { channel: this.message.channel, ts: this.message.ts, blockId: block.block_id, actionId: el.action_id, ...more });
    this.waiting.delete(key);
    if (answer.failure) this.failures.set(key, failureText(answer.failure));
    if (!answer.ok) toast(answer.error, "error");
    this.changed();
    return answer;
  }

  press(block, el) {
    return this.tell("press", block, el);
  }

  choose(block, el, options) {
    if (el.type !== "overflow") this.picks.set(keyOf(block, el), { value: options[0]?.value ?? "", selected: options });
    return this.tell("pick", block, el, { choices: options.map((o) => o.value) });
  }

  search() {
    return Promise.resolve({ options: [], failure: "not_in_messages" });
  }
}
