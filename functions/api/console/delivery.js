/** `#/n/{number}/log/{id}`: what became of one delivery, attempt by attempt, and what it would send now. */

import { at, call, kindOf, nameOf, placeOf } from "./calls.js";
import { SendAgain } from "./log.js";
import { Copy, Load, Screen, State, When } from "./parts.js";
import { Preview } from "./preview.js";
import { hintFor, outcomeOf, REASONS, standing } from "./words.js";
import { component, useEffect } from "./state.js";
import { html } from "./vendor.js";

const LOOK_AGAIN_SECONDS = 2;
const SOON_MILLISECONDS = 60e3;

export const Delivery = ({ number, id, kinds }) =>
  html`<${Load} of=${id} from=${() => call("GET", `${placeOf(number)}/deliveries/${id}`)}>
  ${({ delivery }, again) => html`<${One} one=${delivery} number=${number} again=${again}
    kind=${kinds.find((kind) => kind.event === delivery.event)} />`}<//>`;

const One = component(({ one, number, again, kind }) => {
  useEffect(() => {
    const soon = one.status === "pending" && !one.waits_until && new Date(one.next_attempt) - Date.now() < SOON_MILLISECONDS;
    const timer = soon && setTimeout(() => document.hidden || again(), LOOK_AGAIN_SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [one]);
  const facts = {
    Status: html`<${State} of=${standing(one)} />`, Note: one.note,
    "Next attempt": one.next_attempt && html`<${When} at=${one.next_attempt} />`,
    "Waits until": one.waits_until && html`<${When} at=${one.waits_until} />, or until its endpoint answers again`,
    Happened: html`<${When} at=${one.time} />`, "Event id": html`<code>${one.event_id}</code>`,
    "webhook-id": html`<code>${one.id}</code> <${Copy} text=${one.id} />`,
  };
  const meaning = (name) => kind?.fields.find((field) => field.body === name)?.meaning;
  return html`<${Screen} title=${`${kind?.title ?? one.event} ${one.other_party}`}
      trail=${[[nameOf(number), at(number)], ["Log", at(number, "/log")]]}
      actions=${html`<${SendAgain} one=${one} then=${again} />`}>
    <dl aria-live="polite">${Object.entries(facts).filter(([, value]) => value)
      .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <h2>Attempts</h2>${one.attempts_left_out > 0 && html`<p>${one.attempts_left_out} in the middle are not kept.</p>`}
    <ol>${one.attempts.toReversed().map((attempt) => html`<${Attempt} key=${attempt.number} one=${attempt} />`)}</ol>
    <h2>What the event brought</h2><dl>${Object.entries(one.data).map(([name, value]) => html`
      <dt>${name}</dt><dd>${String(value)} <span class="quiet">${meaning(name)}</span></dd>`)}</dl>
    <h2>The request as it would go now</h2>
    <${Load} of=${one.id} from=${() => call("POST", `${kindOf(number, one.event)}/preview`, { data: one.data })}>
      ${({ preview }) => html`<${Preview} of=${preview} data=${one.data} curl />`}<//><//>`;
});

function Attempt({ one }) {
  const headers = Object.entries(one.headers).map(([name, value]) => `${name}: ${value}\n`).join("");
  return html`<li class="card ${outcomeOf(one)[0]}"><b>${one.number}</b> <${State} of=${outcomeOf(one)} />
    <span class="quiet"> · ${REASONS[one.reason] ?? one.reason} · <${When}
      at=${one.at} /> · ${one.milliseconds.toLocaleString()} ms</span>
    ${one.url && html`<p><code><b>${one.method}</b> ${one.url}</code></p>`}
    ${hintFor(one) && html`<p>${hintFor(one)}</p>`}
    ${(one.excerpt || headers) &&
      html`<details><summary>What it answered</summary><pre tabindex="0">${headers}${"\n"}${one.excerpt}</pre></details>`}</li>`;
}
