/** Logs: of a number (`*`: of no number), of the whole account, and of what has not arrived there. */

import { at, call, nameOf, placeOf, query } from "./calls.js";
import { Act, Cell, Field, Load, Row, Screen, State, Table, When } from "./parts.js";
import { bounds, OUTCOMES, outcomeOf, SPANS, standing, STATUSES } from "./words.js";
import { component, useEffect, useState } from "./state.js";
import { html } from "./vendor.js";

const PAGE = 25;
const POLL_SECONDS = [4];
const MAX_POLL_SECONDS = 60;

export const detailOf = (one) => at(one.fonenumber, `/log/${one.id}`);

function pageOf(number, { span, ...asked }, cursor) {
  const filters = { ...asked, ...bounds({ span, ...asked }), limit: PAGE, cursor };
  return call("GET", number && number !== "*" ? `${placeOf(number)}/deliveries${query(filters)}`
    : `accounts/deliveries${query({ ...filters, fonenumber: number })}`);
}

export const Attention = (parts) => html`<${Screen} title="Attention"
    actions=${html`<a class="button" href="#/recover">Send many again</a>`}>
  <${Deliveries} ...${parts} asked=${{ status: "attention" }} sends /><//>`;

export function Log({ number, kinds, asked }) {
  const here = number ? at(number) : "#";
  return html`<${Screen} title=${number ? `Log of ${nameOf(number).toLowerCase()}` : "Log"}
      trail=${number && [[nameOf(number), number === "*" ? "#/account" : here]]}
      actions=${html`<a class="button" href="${here}/recover">Send many again</a>`}>
    <${Filters} asked=${asked} kinds=${kinds} here="${here}/log" />
    <${Deliveries} number=${number} kinds=${kinds} asked=${asked} /><//>`;
}

function Filters({ asked, kinds, here }) {
  const change = (event) => {
    event.preventDefault();
    const { since, until, ...others } = Object.fromEntries(new FormData(event.currentTarget));
    location.hash = here + query(others.span === "own" ? { ...others, since, until } : others);
  };
  const field = (name, label, more) => html`<${Field} name=${name} label=${label} value=${asked[name]} ...${more} />`;
  return html`<details open=${matchMedia("(min-width: 48rem)").matches || Object.keys(asked).length > 0}><summary>Filters</summary>
    <form class="grid" onSubmit=${change} onChange=${change}>
    ${field("status", "Status", { options: STATUSES, all: "any" })}
    ${field("event", "Kind", { options: kinds.map((kind) => [kind.event, kind.title]), all: "any" })}
    ${field("outcome", "Last outcome", { options: OUTCOMES, all: "any" })}
    ${field("span", "When", { options: SPANS, all: "any time" })}
    ${asked.span === "own" && ["since", "until"].map((name) => field(name, name, { type: "datetime-local" }))}
    ${field("other_party", "Other number", { inputmode: "tel" })}
    ${field("event_id", "Event id")}
    <div class="row"><button>Find</button><a href=${here}>Show all</a></div></form></details>`;
}

const Deliveries = ({ number, kinds, asked, sends }) => html`<${Load} of=${JSON.stringify(asked)} from=${() => pageOf(number, asked)}>
  ${(data, again, put) => html`<${List} ...${{ number, kinds, asked, sends, data, again, put }} />`}<//>`;

/** While the tab is visible, what is new appears on the first page; it is asked for ever more rarely while nothing is. */
function useFresh(load, data, put) {
  const [pace, next] = useState(POLL_SECONDS);
  useEffect(() => {
    const timer = setTimeout(async () => {
      const fresh = document.hidden || data.deliveries.length > PAGE ? data : await load().catch(() => data);
      const same = JSON.stringify(fresh) === JSON.stringify(data);
      next(same ? [Math.min(pace[0] * 1.5, MAX_POLL_SECONDS)] : POLL_SECONDS);
      if (!same) put(fresh);
    }, pace[0] * 1000);
    return () => clearTimeout(timer);
  }, [pace, data]);
}

const List = component(({ number, kinds, asked, sends, data, again, put }) => {
  useFresh(() => pageOf(number, asked), data, put);
  const more = async () => {
    const { deliveries, cursor } = await pageOf(number, asked, data.cursor);
    put({ deliveries: [...data.deliveries, ...deliveries], cursor });
  };
  const columns = ["Happened", ...(number ? [] : ["Number"]), "Kind",
      "Other number, text", "Status", "Last outcome", "Attempts", ...(sends ? ["Action"] : [])];
  const cells = (one) => ({
    Number: one.fonenumber || "–", Kind: kinds.find((kind) => kind.event === one.event)?.title ?? one.event,
    "Other number, text": html`${one.other_party} <span class="quiet">${one.text}</span>`, Status: html`<${State} of=${standing(one)} />`,
    "Last outcome": one.last_attempt ? outcomeOf(one.last_attempt)[1] : one.note, Attempts: one.attempt_count,
    Action: html`<${SendAgain} one=${one} then=${again} />`,
  });
  return html`${data.deliveries.length ? html`<${Table} caption="Deliveries" columns=${columns}>
      ${data.deliveries.map((one) => html`<${Row} key=${one.id} head=${html`<a href=${detailOf(one)}><${When} at=${one.time} /></a>`}>
        ${columns.slice(1).map((name) => html`<${Cell} of=${name}>${cells(one)[name]}<//>`)}<//>`)}<//>`
      : html`<p>${sends ? "Everything has arrived." : "Nothing matches."}</p>`}
    ${data.cursor && html`<${Act} reads label="Older" does=${more} />`}`;
});

export const SendAgain = ({ one, then }) => html`<${Act} label="Send again"
  does=${async () => then(await call("POST", `${placeOf(one.fonenumber || "*")}/deliveries/${one.id}/redeliver`))} />`;
