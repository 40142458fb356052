/** `#/`: all numbers that have a callback, what goes where, and which of them are in trouble. */

import { at, call, query } from "./calls.js";
import { Act, Cell, Field, Load, Row, Screen, State, Table } from "./parts.js";
import { blockOf, goal, health } from "./words.js";
import { component, useState } from "./state.js";
import { html } from "./vendor.js";

const LOADED_AT_ONCE = 100;

const page = (cursor) => call("GET", `fonenumbers${query({ with: "health", limit: LOADED_AT_ONCE, cursor })}`);

export const Numbers = ({ kinds }) => html`<${Screen} title="Numbers"><${First} />
  <${Load} of="numbers" from=${page}>${(data, again, put) => data.fonenumbers.length
    ? html`<${All} data=${data} put=${put} kinds=${kinds} />` : html`<p>No number is set yet.</p>`}<//><//>`;

function First() {
  const open = (event) => {
    event.preventDefault();
    location.hash = at(event.target.number.value.replace(/[^+\w]/g, ""));
  };
  return html`<form class="row" onSubmit=${open}>
    <${Field} name="number" label="Open a number, or set its first" inputmode="tel" required /><button>Open</button></form>`;
}

const All = component(({ data, put, kinds }) => {
  const [word, filter] = useState("");
  const [only, narrow] = useState(false);
  const troubled = data.health.map(({ callbacks }) => callbacks.filter((one) => one.state !== "healthy"));
  const used = kinds.filter((kind) => data.fonenumbers.some((one) => goal(blockOf(one, kind))[0]));
  const rows = data.fonenumbers.map((one, index) => [one, troubled[index]]).filter(([one, trouble]) =>
    (!only || trouble.length) && JSON.stringify(one).toLowerCase().includes(word.toLowerCase()));
  const more = async () => {
    const { fonenumbers, health: healths, cursor } = await page(data.cursor);
    put({ fonenumbers: [...data.fonenumbers, ...fonenumbers], health: [...data.health, ...healths], cursor });
  };
  return html`<div class="row">
      <${Field} name="word" label="Filter" type="search" value=${word} onInput=${(event) => filter(event.target.value)} />
      <label class="check"><input type="checkbox" checked=${only} onChange=${() => narrow(!only)} /> only with trouble</label></div>
    <p role="status" class="quiet">${rows.length} of ${data.fonenumbers.length}${data.cursor && "+"}</p>
    <${Table} caption="Numbers" columns=${["Number", ...used.map((kind) => kind.title), "State"]}>
      ${rows.map(([one, trouble]) => html`<${NumberRow} key=${one.fonenumber} one=${one} trouble=${trouble} used=${used} />`)}<//>
    ${data.cursor && html`<${Act} reads label="More numbers" does=${more} />`}`;
});

function NumberRow({ one, trouble: [worst, ...others], used }) {
  return html`<${Row} head=${html`<a href=${at(one.fonenumber)}>${one.fonenumber}</a>`}>
    ${used.map((kind) => {
      const [way, url] = goal(blockOf(one, kind));
      return html`<${Cell} of=${kind.title}
        kind=${way ? "" : "none"}><b>${way || "–"}</b> ${url.replace(/^https?:\/\/([^/?#]+).*/, "$1")}<//>`;
    })}
    <${Cell} of="State"><${State} of=${worst ? health(worst) : ["good", "healthy"]} />
      ${worst && html` <span class="quiet">${[worst, ...others].map(({ event }) =>
        used.find((kind) => kind.event === event)?.title).join(", ")}</span>`}<//><//>`;
}
