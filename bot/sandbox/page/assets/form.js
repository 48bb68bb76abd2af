// What a person has put into one modal: shown at once, told to the server soon, and always before anything is
// pressed or submitted. A new drawing by the app leaves alone what is being typed.
import { act, failureText, toast } from "./actions.js";
import { keyOf, preset } from "./surface.js";

const typingPause = 250; // milliseconds after a key before the server is told

const elementsOf = (block) =>
  [block.element, block.accessory, ...(block.type === "actions" ? block.elements : [])].filter(Boolean);

const plainOption = (o) => ({ value: o.value, text: o.text?.text ?? o.text ?? "",
  description: o.description?.text ?? o.description ?? "" });

// base64 is what stands in a file.
const base64 = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""));
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

export class Form {
  constructor(view, changed) {
    this.kind = "modal";
    this.changed = changed; // called whenever something is to be drawn
    this.drafts = new Map(); // key → {text, told}: typed, and perhaps not yet in what the server sends
    this.picks = new Map(); // key → {options, told}
    this.waiting = new Map(); // key → how many calls are under way
    this.failures = new Map();
    this.errors = {}; // by block id, found before anything was sent
    this.settled = new Set(); // blocks whose error was answered by changing them
    this.trouble = "";
    this.submitting = false;
    /** @type {(() => void) | undefined} */
    this.onErrors = undefined; // called when something is wrong with what was submitted
    this.timers = new Map();
    /** @type {Promise<unknown>} */
    this.turn = Promise.resolve(); // calls follow one another
    this.show(view);
  }

  // show takes a new drawing of the same modal.
  show(view) {
    if (this.view === view) return;
    this.view = view;
    const keys = new Set();
    for (const block of view.blocks ?? []) for (const el of elementsOf(block)) keys.add(keyOf(block, el));
    for (const [key, draft] of this.drafts) {
      if (!keys.has(key) || (draft.told && (this.stored(key)?.value ?? "") === draft.text)) this.drafts.delete(key);
    }
    for (const [key, pick] of this.picks) {
      if (!keys.has(key) || (pick.told && this.holds(key, pick.options))) this.picks.delete(key);
    }
  }

  stored(key) {
    return this.view.fields?.find((f) => `${f.blockId}/${f.actionId}` === key);
  }

  holds(key, options) {
    const field = this.stored(key);
    const values = field?.selected?.length ? field.selected.map((o) => o.value) : field?.value ? [field.value] : [];
    return values.length === options.length && options.every((o) => values.includes(o.value));
  }

  get locked() {
    return this.submitting;
  }

  field(block, el) {
    const key = keyOf(block, el);
    const pick = this.picks.get(key);
    if (pick) return { value: pick.options[0]?.value ?? "", selected: pick.options };
    const draft = this.drafts.get(key);
    if (draft) return { value: draft.text, selected: [] };
    return this.stored(key) ?? preset(el);
  }

  error(blockId) {
    return this.errors[blockId] ?? (this.settled.has(blockId) ? undefined : this.view.errors?.[blockId]);
  }

  busy(key) {
    return this.waiting.has(key);
  }

  failure(key) {
    return this.failures.get(key);
  }

  // answered takes the error away from a field that was changed.
  answered(block) {
    delete this.errors[block.block_id];
    this.settled.add(block.block_id);
    this.trouble = "";
  }

  type(block, el, text) {
    const key = keyOf(block, el);
    this.drafts.set(key, { block, el, text, told: false });
    this.answered(block);
    clearTimeout(this.timers.get(key));
    this.timers.set(key, setTimeout(() => this.tell(key), typingPause));
    this.changed();
  }

  // tell sends what was typed into a field, if the server does not have it.
  tell(key) {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    const draft = this.drafts.get(key);
    if (!draft || draft.told || draft.sending) return this.turn;
    draft.sending = true;
    return this.call("viewType", { blockId: draft.block.block_id, actionId: draft.el.action_id, text: draft.text })
      .then((answer) => {
      draft.sending = false;
      draft.told = answer.ok;
      if (!answer.ok && answer.code !== "stale_view") toast(answer.error, "error");
      this.note(key, answer);
      if (draft.told && this.drafts.get(key) === draft
        && this.stored(key)?.value === draft.text) this.drafts.delete(key);
      this.changed();
    });
  }

  // flush sends everything that was typed.
  flush() {
    return Promise.all([...this.drafts.keys()].map((key) => this.tell(key)));
  }

  // call does one thing after all that was begun before it.
  call(what, args = {}) {
    const result = this.turn.then(() => act(what, { viewId: this.view.id, ...args }));
    this.turn = result.catch(() => {});
    return result;
  }

  note(key, answer) {
    if (answer.failure) this.failures.set(key, failureText(answer.failure));
    else this.failures.delete(key);
  }

  // tracked is call with a mark of waiting at the element.
  async tracked(key, what, args) {
    this.waiting.set(key, (this.waiting.get(key) ?? 0) + 1);
    this.failures.delete(key);
    this.changed();
    const answer = await this.call(what, args);
    const left = this.waiting.get(key) - 1;
    if (left) this.waiting.set(key, left);
    else this.waiting.delete(key);
    this.note(key, answer);
    if (!answer.ok && answer.code !== "stale_view") toast(answer.error, "error");
    this.changed();
    return answer;
  }

  async choose(block, el, options) {
    const key = keyOf(block, el);
    const pick = { options: options.map(plainOption), told: false };
    this.picks.set(key, pick);
    this.answered(block);
    this.flush();
    const answer = await this.tracked(key, "viewChoose",
      { blockId: block.block_id, actionId: el.action_id, choices: options.map((o) => o.value) });
    pick.told = true;
    if (this.picks.get(key) === pick && (!answer.ok || this.holds(key, pick.options))) this.picks.delete(key);
    this.changed();
    return answer;
  }

  // upload puts files into a field, in place of those that are there.
  async upload(block, el, list) {
    this.answered(block);
    this.flush();
    const files = await Promise.all(list.map(async (f) => ({ name: f.name, content: await base64(f) })));
    return this.tracked(keyOf(block, el), "viewUpload", { blockId: block.block_id, actionId: el.action_id, files });
  }

  press(block, el) {
    this.flush();
    return this.tracked(keyOf(block, el), "viewPress", { blockId: block.block_id, actionId: el.action_id });
  }

  enter(block, el) {
    this.flush();
    return this.tracked(keyOf(block, el), "viewEnter", { blockId: block.block_id, actionId: el.action_id });
  }

  // search is no part of the turn: the app may answer slowly, and typing goes on.
  async search(block, el, query) {
    const answer = await act("viewSearch",
      { viewId: this.view.id, blockId: block.block_id, actionId: el.action_id, query });
    return { options: answer.options ?? [], failure: answer.failure || (answer.ok ? "" : answer.code) };
  }

  async submit() {
    if (this.submitting || !this.view.submit) return;
    this.submitting = true;
    this.errors = {};
    this.settled = new Set();
    this.trouble = "";
    this.changed();
    this.flush();
    const answer = await this.call("viewSubmit");
    this.submitting = false;
    this.errors = { ...answer.errors, ...answer.fields };
    if (answer.failure) this.trouble = answer.trouble || failureText(answer.failure);
    else if (!answer.ok && answer.code !== "stale_view" && !answer.fields) this.trouble = answer.error ?? "";
    else this.trouble = answer.trouble ?? "";
    this.changed();
    if (Object.keys(this.errors).length) this.onErrors?.();
  }

  close(all) {
    this.flush();
    return this.call("viewClose", { all });
  }

  dispose() {
    for (const timer of this.timers.values()) clearTimeout(timer);
  }
}
