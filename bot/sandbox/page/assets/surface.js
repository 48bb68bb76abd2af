import { createContext } from "./ui.js";

/**
 * Surface is what blocks stand on: a message, a modal or Home.
 * @type {import("./vendor/preact.js").Context<import("./shapes.js").Surface>}
 */
export const Surface = createContext(null);

// drawnAnew is the surface under another identity, so that all that stands on it is drawn again. What is set on it is
// set on the surface itself.
export const drawnAnew = (surface) => new Proxy(surface, {});

export const keyOf = (block, el) => `${block.block_id}/${el.action_id}`;

// preset is what the app put into an element before anybody touched it.
export function preset(el) {
  const ids = el.initial_users ?? el.initial_channels ?? el.initial_conversations;
  return {
    value: el.initial_value ?? el.initial_date ?? el.initial_time ?? el.initial_user ?? el.initial_channel
      ?? el.initial_conversation
      ?? (el.initial_date_time === undefined ? undefined : String(el.initial_date_time)),
    selected: el.initial_options ?? (el.initial_option ? [el.initial_option]
      : ids?.map((id) => ({ value: id, text: id })) ?? []),
  };
}
