// The form of /renew in Bolt for JavaScript, as its guide has it: the command opens the modal, and the menu of
// customers searches in a list that is read from the Partner Portal once. There is no ledger, no approval and no
// order: it does less than the product.
const { App } = require("@slack/bolt");

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

async function readCustomers() {
  const token = await ask("/auth/openapi/v1/oauth/token", {
    method: "POST",
    headers: { "User-Agent": "OpenAPI" },
    body: new URLSearchParams({
      grant_type: "pp_credentials",
      client_id: process.env.YEASTAR_CLIENT_ID,
      client_secret: process.env.YEASTAR_CLIENT_SECRET,
    }),
  });
  const list = await ask("/user/openapi/user/v1/client/partner_list", {
    headers: { "User-Agent": "OpenAPI", Authorization: `Bearer ${token.token}` },
  });
  return list.map((c) => ({
    folded: fold(`${c.company} ${c.firstName} ${c.lastName} ${c.email}`),
    option: { text: text(`${c.company || c.email} · ${c.email}`.slice(0, 75)), value: String(c.partnerId) },
  }));
}

const customers = readCustomers();
customers.catch((e) => {
  console.error(e);
  process.exit(1);
});

app.command("/renew", async ({ ack, client, body }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form });
});

app.options("holder", async ({ ack, options }) => {
  const words = fold(options.value).split(/\s+/).filter(Boolean);
  const found = (await customers).filter((c) => words.every((w) => c.folded.includes(w)));
  await ack({ options: found.slice(0, 95).map((c) => c.option) });
});

process.on("SIGTERM", () => app.stop().then(() => process.exit(0)));
app.start().catch((e) => {
  console.error(e);
  process.exit(1);
});
