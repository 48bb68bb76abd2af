// /renew in Bolt for JavaScript, as its guide has it, and durable: the command opens the modal, the menu of customers
// searches in a list that is read from the Partner Portal once, a request is in SQLite before it is acked, and so is an
// approval, whose order is sent at once. Nothing is looked up again before that, and nothing is audited: it does less
// than the product.
const { App } = require("@slack/bolt");
const Database = require("better-sqlite3");

const text = (s) => ({ type: "plain_text", text: s, emoji: false });

const form = {
  type: "modal",
  callback_id: "renew_form",
  title: text("Renew a subscription"),
  submit: text("Review"),
  close: text("Cancel"),
  blocks: [
    {
      type: "input",
      block_id: "holder",
      label: text("For whom"),
      dispatch_action: true,
      element: {
        type: "external_select",
        action_id: "holder",
        min_query_length: 0,
        placeholder: text("Type part of a company, name or e-mail"),
      },
    },
    {
      type: "context",
      block_id: "rule",
      elements: [{ type: "mrkdwn", text: "Nothing is ordered until an approver has agreed to it.", verbatim: true }],
    },
  ],
};

const input = (id, label, element) => ({ type: "input", block_id: id, label: text(label), element: { action_id: id, ...element } });
const offer = [
  input("plan", "Plan", { type: "plain_text_input" }),
  input("quantity", "Number of extensions", { type: "number_input", is_decimal_allowed: false }),
];

// A commit is on the disk when it returns, as with the product.
const db = new Database("bolt.db");
db.pragma("journal_mode = WAL");
db.pragma("synchronous = FULL");
db.exec(`CREATE TABLE IF NOT EXISTS requests (
  id INTEGER PRIMARY KEY, view TEXT NOT NULL UNIQUE, status TEXT NOT NULL, requester TEXT NOT NULL, document TEXT NOT NULL,
  approver TEXT, order_no TEXT)`);
const save = db.prepare("INSERT INTO requests (view, status, requester, document) VALUES (?, 'pending', ?, ?)");
const approve = db.prepare("UPDATE requests SET status = 'ordering', approver = ? WHERE id = ? AND status = 'pending' RETURNING document");
const finish = db.prepare("UPDATE requests SET status = ?, order_no = ? WHERE id = ?");

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

const portal = process.env.YEASTAR_BASE_URL;
const fold = (s) => s.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase();

async function ask(path, options) {
  const answer = await fetch(portal + path, options);
  const body = await answer.json();
  if (body.code !== "success") {
    throw new Error(`${path}: ${body.code}`);
  }
  return body.result;
}

const ready = ask("/auth/openapi/v1/oauth/token", {
  method: "POST",
  headers: { "User-Agent": "OpenAPI" },
  body: new URLSearchParams({
    grant_type: "pp_credentials",
    client_id: process.env.YEASTAR_CLIENT_ID,
    client_secret: process.env.YEASTAR_CLIENT_SECRET,
  }),
}).then((token) => ({ "User-Agent": "OpenAPI", Authorization: `Bearer ${token.token}` }));

async function readCustomers() {
  const list = await ask("/user/openapi/user/v1/client/partner_list", { headers: await ready });
  return list.map((c) => ({
    folded: fold(`${c.company} ${c.firstName} ${c.lastName} ${c.email}`),
    option: { text: text(`${c.company || c.email} · ${c.email}`.slice(0, 75)), value: String(c.partnerId) },
  }));
}

async function readContact() {
  const list = await ask("/user/openapi/user/v1/client/billing_contact_list", { headers: await ready });
  return list[0].billingContactId;
}

const customers = readCustomers();
const contact = readContact();
Promise.all([customers, contact]).catch((e) => {
  console.error(e);
  process.exit(1);
});

app.command("/renew", async ({ ack, client, body }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: { ...form, private_metadata: body.channel_id } });
});

app.options("holder", async ({ ack, options }) => {
  const words = fold(options.value).split(/\s+/).filter(Boolean);
  const found = (await customers).filter((c) => words.every((w) => c.folded.includes(w)));
  await ack({ options: found.slice(0, 95).map((c) => c.option) });
});

app.action("holder", async ({ ack, client, body }) => {
  await ack();
  const [holder, rule] = form.blocks;
  const view = { ...form, private_metadata: body.view.private_metadata, blocks: [holder, ...offer, rule] };
  await client.views.update({ view_id: body.view.id, hash: body.view.hash, view });
});

app.view("renew_form", async ({ ack, view, body, client }) => {
  const values = view.state.values;
  const holder = values.holder.holder.selected_option;
  const document = { partnerId: holder.value, name: holder.text.text, plan: values.plan.plan.value, quantity: values.quantity.quantity.value };
  const { lastInsertRowid: id } = save.run(view.id, body.user.id, JSON.stringify(document));
  await ack();
  await client.chat.postMessage(card(view.private_metadata, id, document, true));
});

const reference = (id) => `RNW-${String(id).padStart(6, "0")}`;

const card = (channel, id, document, open) => {
  const line = `${reference(id)}: ${document.quantity} extensions for ${document.name}`;
  const button = { type: "button", action_id: "approve", text: text("Approve"), style: "primary", value: String(id) };
  const blocks = [{ type: "section", text: text(line) }];
  return { channel, text: line, blocks: open ? [...blocks, { type: "actions", elements: [button] }] : blocks };
};

app.action("approve", async ({ ack, body, action, client }) => {
  const id = Number(action.value);
  const won = process.env.RENEW_APPROVERS.split(",").includes(body.user.id) && approve.get(body.user.id, id);
  await ack();
  if (!won) {
    return;
  }
  const document = JSON.parse(won.document);
  const message = { channel: body.channel.id, thread_ts: body.message.ts };
  try {
    // Ids are too large for JavaScript's numbers.
    const order = `{"operationType":"renew_plan","productId":14,"partnerId":"${document.partnerId}","billingId":${await contact},
      "poNumber":"${reference(id)}","serviceList":[{"serviceType":"plan","serviceId":${document.plan},"quantity":${document.quantity},
      "purchaseType":"renew","billingModel":"recurring","billingCycle":"annually","multiCycle":0}]}`;
    const headers = { ...(await ready), "Content-Type": "application/json" };
    const placed = await ask("/order/openapi/order/v1/save", { method: "POST", headers, body: order });
    finish.run("ordered", placed.orderNo, id);
    await client.chat.postMessage({ ...message, text: `${reference(id)}: ordered, ${placed.orderNo}` });
  } catch (e) {
    console.error(e);
    finish.run("unknown", null, id);
    await client.chat.postMessage({ ...message, text: `${reference(id)}: it is not known whether the order was placed` });
  }
  await client.chat.update({ ts: body.message.ts, ...card(body.channel.id, id, document, false) });
});

process.on("SIGTERM", () => app.stop().then(() => process.exit(0)));
app.start().catch((e) => {
  console.error(e);
  process.exit(1);
});
