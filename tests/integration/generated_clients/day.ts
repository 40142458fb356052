// A customer's day with the types that openapi-typescript makes; prints what came of it.

import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

declare const process: { env: { API: string; TOKEN: string; RECEIVER: string } };

const { API, TOKEN, RECEIVER } = process.env;
const client = createClient<paths>({ baseUrl: API, headers: { token: TOKEN } });
const path = { fonenumber: "3215551212", group: "messages", name: "receive_notify" };

const set = await client.POST("/v2/messages/receive_notify", {
  body: { fonenumber: path.fonenumber, type: "Callback", method: "JSON", url: RECEIVER },
});

const trial: components["schemas"]["TrialInput"] = { data: { msg: "50% off" } };
const shown = await client.POST("/v2/fonenumbers/{fonenumber}/{group}/{name}/preview", { params: { path }, body: trial });
const preview = shown.data!.preview;

const tested = await client.POST("/v2/fonenumbers/{fonenumber}/{group}/{name}/test", { params: { path }, body: trial });

const listed = await client.GET("/v2/fonenumbers/{fonenumber}/deliveries", {
  params: { path, query: { status: "pending" } },
});
const failing = listed.data!.deliveries;
const delivery = failing[0]!.id;

const again = await client.POST("/v2/fonenumbers/{fonenumber}/deliveries/{delivery}/redeliver", {
  params: { path: { fonenumber: path.fonenumber, delivery } },
});

const wrong = await client.GET("/v2/fonenumbers/{fonenumber}", { params: { path: { fonenumber: "123" } } });
const problem: components["schemas"]["Problem"] | undefined = wrong.error as components["schemas"]["Problem"];

console.log(
  JSON.stringify({
    set: set.data!.fonenumber.message_options.receive_notify.url,
    preview: [preview.type === "Callback", preview.type === "Callback" && preview.method, preview.type === "Callback" && preview.body],
    test: [tested.data!.delivery.status, tested.data!.delivery.attempts[0]!.reason],
    list: failing.map((one) => [one.event, one.last_attempt!.status]),
    redeliver: [again.data!.delivery.id === delivery, again.data!.delivery.status],
    problem: ["message" in problem, problem.status_code],
  }),
);
