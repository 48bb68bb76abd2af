// An ordinary Bolt app, unchanged but for the address of the Web API. It ends when its standard input does.
const { App } = require("@slack/bolt");

const text = (s) => ({ type: "plain_text", text: s });

const form = {
  type: "modal",
  callback_id: "form",
  title: text("Renew"),
  submit: text("Send"),
  blocks: [
    {
      type: "input",
      block_id: "b_qty",
      label: text("Quantity"),
      element: { type: "number_input", action_id: "qty", is_decimal_allowed: false },
    },
    {
      type: "input",
      block_id: "b_who",
      label: text("Customer"),
      element: { type: "external_select", action_id: "who", min_query_length: 0 },
    },
  ],
};

const app = new App({
  token: process.env.SLACK_BOT_TOKEN,
  appToken: process.env.SLACK_APP_TOKEN,
  socketMode: true,
  clientOptions: { slackApiUrl: process.env.SLACK_API_URL },
});

app.command("/go", async ({ ack, client, body }) => {
  await ack();
  await client.views.open({ trigger_id: body.trigger_id, view: form });
});

app.options("who", async ({ ack, options }) => {
  const all = ["Acme HQ", "Acme East", "Zeta"];
  const found = all.filter((n) => n.toLowerCase().includes(options.value));
  await ack({ options: found.map((n) => ({ text: text(n), value: n })) });
});

app.view("form", async ({ ack, client, view, body }) => {
  const qty = view.state.values.b_qty.qty.value;
  if (qty !== "12") {
    await ack({ response_action: "errors", errors: { b_qty: "Must be 12" } });
    return;
  }
  await ack();
  const who = view.state.values.b_who.who.selected_option.value;
  await client.chat.postMessage({
    channel: "C0SALES",
    text: `<@${body.user.id}> asks for ${who}`,
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: `<@${body.user.id}> asks for ${who}` } },
      { type: "actions", elements: [{ type: "button", action_id: "approve", text: text("Approve"), value: "1" }] },
    ],
  });
});

app.action("approve", async ({ ack, client, body }) => {
  await ack();
  await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: `Approved by <@${body.user.id}>` });
});

app.event("app_home_opened", async ({ client, event }) => {
  await client.views.publish({
    user_id: event.user,
    view: { type: "home", blocks: [{ type: "section", text: text("Welcome") }] },
  });
});

process.stdin.on("end", () => app.stop().then(() => process.exit(0)));
process.stdin.resume();
app.start().catch((e) => {
  console.error(e);
  process.exit(1);
});
