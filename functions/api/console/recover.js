/** `#/recover`, `#/n/{number}/recover`: count what matches, then send all of it again. */

import { at, call, nameOf, placeOf } from "./calls.js";
import { Act, Field, Problem, Screen, Sure } from "./parts.js";
import { bounds, SPANS, STATUSES } from "./words.js";
import { component, useState } from "./state.js";
import { html } from "./vendor.js";

const counted = (count) => `${count.toLocaleString()} ${count === 1 ? "delivery" : "deliveries"}`;

/** Ask page by page; *tell* hears the sum so far. */
async function all(number, filters, dry, tell) {
  const whose = number === "*" ? { fonenumber: number } : {};
  for (let cursor, sum = 0; ; ) {
    const { redelivery } = await call("POST", `${placeOf(number ?? "*")}/redeliver`, { ...whose, ...filters, dry_run: dry, cursor });
    sum += redelivery.count;
    cursor = redelivery.cursor;
    tell(sum, !cursor);
    if (!cursor) return;
  }
}

export const Recover = component(({ number, kinds }) => {
  const [asked, ask] = useState({ span: "24", status: "failed" });
  const [state, set] = useState({});
  const put = ({ target }) => {
    ask({ ...asked, [target.name]: target.value });
    set({});
  };
  const field = (name, label, more) => html`<${Field} name=${name} label=${label} value=${asked[name]} onChange=${put} ...${more} />`;
  const count = () => {
    const filters = { status: asked.status, event: asked.event || undefined, ...bounds(asked) };
    return all(number, filters, true, (found, whole) => set({ filters, found, whole }));
  };
  const send = () => all(number, state.filters, false, (sent, ended) => set({ sent, ended })).catch((error) => set({ error }));
  const own = asked.span === "own";
  return html`<${Screen} title="Send many again" trail=${number && [[nameOf(number), number === "*" ? "#/account" : at(number)]]}
      about="Nothing is sent before you confirm.">
    <form class="grid" onSubmit=${(event) => event.preventDefault()}>${field("span", "When", { options: SPANS })}
      ${own && ["since", "until"].map((name) => field(name, name, { type: "datetime-local" }))}
      ${field("status", "Status", { options: STATUSES })}
      ${field("event", "Kind", { options: kinds.map((kind) => [kind.event, kind.title]), all: "any" })}
      <div class="row"><${Act} reads label="Count" kind="main" does=${count} disabled=${own && !asked.since} /></div></form>
    <div role="status">${state.whole && html`<p><b>${counted(state.found)}</b> would be sent again.</p>
      ${state.found > 0 && html`<${Sure} label="Send all again" title="Send ${counted(state.found)} again?" does=${send}>
        With the same <code>webhook-id</code>.<//>`}`}
      ${state.sent >= 0 && html`<p>${state.ended ? "On their way:" : "Putting in line:"} <b>${counted(state.sent)}</b>
        ${" "}<a href=${number ? at(number, "/log") : "#/attention"}>See them</a></p>`}
      ${state.error && html`<${Problem} error=${state.error} />`}</div><//>`;
});
