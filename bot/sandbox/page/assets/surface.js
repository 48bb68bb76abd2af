import { createContext } from "./ui.js";

// Surface is what blocks stand on: a message, a modal or Home. It has
//   kind            "message", "modal" or "home"
//   locked          nothing can be changed just now
//   field(block, el)           → {value, selected}: what is in an element
//   press(block, el)           a button; resolves to the server's answer
//   choose(block, el, options) exactly these options are chosen
//   type(block, el, text), enter(block, el), flush(), submit()
//   search(block, el, query)   → {options, failure}
//   busy(key), failure(key)    of "block_id/action_id": the app is being told; why it did not hear
//   error(blockId)             what is wrong with an input
// A message has no type, enter, submit, search and error.
export const Surface = createContext(null);

// drawnAnew is the surface under another identity, so that all that stands on it is drawn again. What is set on it is
// set on the surface itself.
export const drawnAnew = (surface) => new Proxy(surface, {});

export const keyOf = (block, el) => `${block.block_id}/${el.action_id}`;

// preset is what the app put into an element before anybody touched it.
export function preset(el) {
  const ids = el.initial_users ?? el.initial_channels ?? el.initial_conversations;
  return {
    value: el.initial_value ?? el.initial_date ?? el.initial_time ?? el.initial_user ?? el.initial_channel ?? el.initial_conversation
      ?? (el.initial_date_time === undefined ? undefined : String(el.initial_date_time)),
    selected: el.initial_options ?? (el.initial_option ? [el.initial_option] : ids?.map((id) => ({ value: id, text: id })) ?? []),
  };
}
