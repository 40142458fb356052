/** `#/n/{number}`: a card for each kind of event. */

import { at, call, kindOf, placeOf } from "./calls.js";
import { detailOf } from "./log.js";
import { Act, Load, Screen, State, When } from "./parts.js";
import { marked } from "./preview.js";
import { blockOf, goal, health, standing } from "./words.js";
import { html } from "./vendor.js";

const TOKEN = /(\(\([^()]*\)\))/;

export const Number_ = ({ number, kinds }) => html`<${Screen} title=${number} trail=${[["Numbers", "#/"]]} actions=${html`
    <a class="button" href=${at(number, "/log")}>Log</a> <a class="button" href=${at(number, "/recover")}>Send many again</a>`}>
  <${Load} of=${number} from=${() => Promise.all(["", "/health", "/deliveries"].map((rest) => call("GET", placeOf(number) + rest)))}>
    ${([{ fonenumber }, found, { deliveries }], again) => html`<div class="cards">
      ${kinds.filter((kind) => kind.scope === "number").map((kind) => html`<${Card} key=${kind.event} kind=${kind} number=${number}
        block=${blockOf(fonenumber, kind)} health=${found.health} deliveries=${deliveries} again=${again} />`)}</div>`}<//><//>`;

export function Card({ kind, number, block, health: { callbacks }, deliveries = [], again }) {
  const [way, where] = goal(block);
  const state = callbacks.find((one) => one.event === kind.event);
  const last = deliveries.find((one) => one.event === kind.event);
  const edit = way ? "Edit" : "Set";
  const test = async () => {
    const { delivery } = await call("POST", `${kindOf(number, kind.event)}/test`, {});
    again();
    location.hash = detailOf(delivery);
  };
  return html`<section class="card"><div class="row head"><h2>${kind.title}</h2>${way &&
      html`<${State} of=${health(state ?? {})} />`}</div>
    <p><b>${way}</b> ${way ? marked(where, TOKEN) : "Nobody is told."}</p>
    ${last && html`<p class="quiet">Last: <a href=${detailOf(last)}><${When} at=${last.time} /></a> ${standing(last)[1]}</p>`}
    <div class="row"><a class="button" href=${at(number, `/${kind.event}`)} aria-label="${edit}: ${kind.title}">${edit}</a>
      ${way && html`<${Act} does=${test}
      label=${state?.state === "disabled" ? "Test; a success turns it on" : "Test"} />`}</div></section>`;
}
