// What the page knows and what the stream sends, for the type checker. The stream's parts are those of shapes.go.

export interface State {
  loaded: boolean; // the stream has sent everything once
  clock: { now: string; aheadSeconds: number; heard: number };
  people: Person[];
  groups: Group[];
  commands: { command: string; description: string; hint: string }[];
  shortcuts: { name: string; callbackId: string; type: string }[];
  app: { id: string; name: string; userId: string; botId: string } | null;
  channels: Channel[];
  rooms: Map<string, Room>; // by the channel's id
  stack: View[];
  home: View | null;
  refusals: { at: string; method: string; error: string; details: string[] }[];
  portal: { orders: Order[]; customerCount: number; calls: VendorCall[] };
  faults: { id: string; name: string; about: string; on: boolean }[];
  bot: Bot | null;
  me: string;
  connection: "connecting" | "live" | "lost";
  place: { kind: "channel" | "home"; id?: string };
  thread: { channel: string; ts: string } | null; // of the parent
  dock: string; // "portal", "bot" or closed
  phone: string; // which pane a phone shows: nav, main, portal, bot
  focusTs: string; // the message to show, after following a link to it
  said: { text: string } | null; // what screen readers are told
  toasts: { id: number; text: string; tone: string }[];
  layers: number[]; // the open dialogs, the one on top last
  question: { confirm: object; answer: (yes: boolean) => void } | null; // the confirm dialog that is shown
  tour: { at: number; since: number; seen: boolean } | null; // where the guided tour stands, see tour.js
  read: object; // another one whenever something was read, see unread.js
  local: Message[]; // what Slackbot says to this window alone, such as why a command failed
}

export interface Person {
  id: string;
  name: string;
  realName: string;
  tz: string;
  kind: string;
  role: string;
  about: string;
}

export interface Group {
  id: string;
  handle: string;
  name: string;
  members: string[] | null;
}

export interface Channel {
  id: string;
  name: string;
  private: boolean;
  shared: boolean;
  archived: boolean;
  im: boolean;
  members: string[];
}

// Room is what a channel shows: its own messages in order, and the replies by their thread.
export interface Room {
  byTs: Map<string, Message>;
  top: Message[];
  threads: Map<string, Message[]>;
}

export interface Message {
  channel: string;
  ts: string;
  threadTs?: string;
  user: string;
  botId?: string;
  text: string;
  blocks?: any[]; // as the app sent them
  attachments?: any[];
  files?: { id: string; name: string; title: string }[];
  edited?: boolean;
  broadcast?: boolean;
  deleted?: boolean;
  ephemeral?: boolean;
  replies?: number;
  slackbot?: boolean; // written by this page
}

export interface View {
  id: string;
  type: string;
  title: string;
  submit: string;
  close: string;
  callbackId: string;
  hash: string;
  blocks: any[]; // as the app sent them
  fields: ({ blockId: string; actionId: string; type: string } & Input)[];
  errors: Record<string, string>;
  trouble: string;
}

export interface Option {
  value: string;
  text: string;
  description?: string;
}

// Found is what a list of options has to offer.
export interface Found {
  groups: { label?: string; options: Option[] }[];
  waiting?: boolean; // for what the app says
  failure?: string;
  hint?: string; // what to do first
}

// Input is what is in an element.
export interface Input {
  value?: string;
  selected: Option[];
}

export interface Order {
  orderNo: string;
  transactionNo: string;
  status: string;
  holder: string;
  productNo: string;
  lines: { type: string; name: string; id: string; quantity: number; cycle: string; cycles: number }[];
  poNumber: string;
  created: string;
  viaApi: boolean;
  raw: unknown;
  expiryBefore: string | null;
  expiryAfter: string | null;
}

export interface VendorCall {
  seq: number;
  at: string;
  endpoint: string;
  method: string;
  status: number;
  code: string;
  faults: string[];
  done: boolean;
}

export interface Bot {
  running: boolean;
  sockets: number;
  slackSockets: number;
  jobs: { waiting: number; running: number; failed: number };
  audit: AuditEntry[];
}

export interface AuditEntry {
  seq: number;
  at: string;
  requestId: number;
  code: string;
  actor: string;
  from: string;
  to: string;
  details: Record<string, string> | null;
}

// Patch is an event of the stream: at first everything, later what changed. Of portal and bot only the members come
// that changed.
export interface Patch extends Partial<Omit<State, "portal" | "bot" | "rooms">> {
  reset?: boolean;
  portal?: Partial<State["portal"]>;
  bot?: Partial<Bot>;
  messages?: Message[];
  gone?: { channel: string; ts: string }[];
}

// Answer is what the server says to what somebody did.
export interface Answer {
  ok: boolean;
  error?: string; // a sentence
  code?: string;
  failure?: string; // Slack's word for what the app did not do
  trouble?: string;
  fields?: Record<string, string>; // what is wrong with the form, by block id
  errors?: Record<string, string>;
  options?: any[];
  closed?: boolean;
  url?: string;
  ts?: string;
}

// Surface is what blocks stand on. A message has no type, enter, flush, submit, search and error.
export interface Surface {
  kind: "message" | "modal" | "home";
  locked: boolean; // nothing can be changed just now
  field(block: any, el: any): Input; // what is in an element
  press(block: any, el: any): Promise<Answer>; // a button
  choose(block: any, el: any, options: any[]): Promise<Answer>; // exactly these options are chosen
  type?(block: any, el: any, text: string): void;
  enter?(block: any, el: any): Promise<Answer>;
  upload?(block: any, el: any, list: File[]): Promise<Answer>; // exactly these files
  flush?(): Promise<unknown>;
  submit?(): Promise<void>;
  search?(block: any, el: any, query: string): Promise<{ options: any[]; failure: string }>;
  busy(key: string): boolean; // the app is being told, of "block_id/action_id"
  failure(key: string): string | undefined; // why it did not hear
  error?(blockId: string): string | undefined; // what is wrong with an input
}
