// Select menus: of fixed options, of options that the app looks up while one types, of people and of channels;
// for one choice or several. All are the same combobox with another source of options.
import { html, useContext } from "./ui.js";
import { Combobox } from "./combobox.js";
import { askFirst } from "./confirm.js";
import { channelName, personName } from "./names.js";
import { state } from "./store.js";
import { Surface } from "./surface.js";

export function Select({ el, block, id, labelled, described, invalid, required }) {
  const surface = useContext(Surface);
  const many = el.type.startsWith("multi_");
  const kind = el.type.replace("multi_", "");
  const field = surface.field(block, el);
  const selected = (field.selected?.length ? field.selected
    : field.value && !many ? [{ value: field.value, text: field.value }] : field.selected ?? [])
    .map((o) => named(kind, o));
  const choose = async (options) => {
    if (!(await askFirst(el.confirm))) return;
    surface.choose(block, el, options);
  };
  return html`<${Combobox} id=${id} label=${labelled ? undefined : el.placeholder?.text ?? "Choose"}
    described=${described} invalid=${invalid}
    required=${required} locked=${surface.locked} many=${many} most=${el.max_selected_items} selected=${selected}
    placeholder=${el.placeholder?.text ?? "Choose an option"}
    clearable=${block.optional === true || many} autofocus=${el.focus_on_load}
    shortest=${kind === "external_select" ? el.min_query_length ?? 3 : 0}
    source=${kind === "external_select" ? (q) =>
      external(surface, block, el, q) : (q) => ({ groups: matching(local(kind, el), q) })}
    live=${kind === "external_select"} onChoose=${choose} />`;
}

const flat = (o) => ({ value: o.value, text: o.text?.text ?? o.text ?? "",
  description: o.description?.text ?? o.description ?? "" });

// named gives people and channels their names.
function named(kind, option) {
  const o = flat(option);
  if (kind === "users_select") return { ...o, text: personName(state, o.value) };
  if (kind === "channels_select" || kind === "conversations_select") {
    const c = state.channels.find((x) => x.id === o.value);
    return c ? { ...o, text: `${c.im ? "" : c.private ? "🔒 " : "# "}${channelName(state, c)}` } : o;
  }
  return o;
}

// local are the options that need no question to the app, in groups.
function local(kind, el) {
  switch (kind) {
    case "users_select":
      return [{ options: state.people.filter((p) => p.kind !== "app")
        .map((p) => named(kind, { value: p.id, description: `@${p.name}` })) }];
    case "channels_select":
      return [{ options: state.channels.filter((c) => !c.im && !c.private && !c.archived)
        .map((c) => named(kind, { value: c.id })) }];
    case "conversations_select":
      return [{ options: state.channels.filter((c) => fits(c, el.filter)).map((c) => named(kind, { value: c.id })) }];
    default:
      return el.option_groups
        ? el.option_groups.map((g) => ({ label: g.label?.text, options: g.options.map(flat) }))
        : [{ options: (el.options ?? []).map(flat) }];
  }
}

function fits(c, filter = {}) {
  const kind = c.im ? "im" : c.private ? "private" : "public";
  if (c.archived || (filter.include && !filter.include.includes(kind))) return false;
  if (filter.exclude_external_shared_channels && c.shared) return false;
  return !(filter.exclude_bot_users && c.im);
}

function matching(groups, query) {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return groups;
  return groups
    .map((g) => (
      { ...g, options: g.options.filter((o) => `${o.text} ${o.description}`.toLowerCase().includes(wanted)) }))
    .filter((g) => g.options.length);
}

async function external(surface, block, el, query) {
  const answer = await surface.search(block, el, query);
  return { groups: [{ options: (answer.options ?? []).map(flat) }], failure: answer.failure };
}
