/** `#/account`: signing secret, contact, the account's own callback; `#/events`: the catalogue. */

import { call } from "./calls.js";
import { Card } from "./number.js";
import { Act, Cell, Copy, Field, Load, Row, Screen, Sure, Table, When } from "./parts.js";
import { session, who } from "./session.js";
import { blockNames } from "./words.js";
import { component, useState } from "./state.js";
import { html } from "./vendor.js";

/** With Standard Webhooks' libraries; what is signed goes by the method (docs/verify.md). */
const VERIFY = `# Python
Webhook(secret).verify(signed, headers, json_parse=False)

// Node
new Webhook(secret).verify(signed, headers, { jsonParse: false });

// PHP
(new StandardWebhooks\\Webhook($secret))->verify($signed, $headers);`;

export function Account({ kinds }) {
  const kind = kinds.find((one) => one.scope === "account");
  const paths = ["accounts/signing_secret", "accounts/contact", kind.event, "accounts/health"];
  return html`<${Screen} title="Account ${who.account_id}" actions=${html`<a class="button" href="#/n/*/log">Log of ${kind.title}</a>`}>
    <${Load} of="account" from=${() => Promise.all(paths.map((path) => call("GET", path)))}>
      ${([secret, { contact }, { account }, { health }], again) => html`<div class="cards">
        <${Secret} one=${secret.signing_secret} /><${Contact} email=${contact.email} />
        <${Card} kind=${kind} number="*" block=${account[blockNames(kind)[1]]} health=${health} again=${again} /></div>`}<//><//>`;
}

const Secret = component(({ one }) => {
  const [secret, put] = useState(one);
  const ask = async (rest) => put((await call("POST", `accounts/signing_secret${rest}`, {})).signing_secret);
  return html`<section class="card"><h2>Signing secret</h2>
    <p>${secret.exists ? html`Since <${When} at=${secret.created} />` : "None: requests are not signed."}
      ${secret.previous_signs_until && html` The one before signs, too, until <${When} at=${secret.previous_signs_until} />.`}</p>
    <div role="status">${secret.secret && html`<p><b>Copy it now; it is never shown again.</b></p>
      <p><code>${secret.secret}</code> <${Copy} text=${secret.secret} /></p>`}</div>
    ${session[0] === "session" ? "" : secret.exists ? html`<${Sure} label="Rotate" title="Rotate it?" does=${() => ask("/rotate")}>
      The present one signs, too, for 24 hours.<//>` : html`<${Act} label="Create" does=${() => ask("")} />`}
    <details><summary>How a receiver checks it</summary>
      <pre tabindex="0">${VERIFY}</pre>
      <p>By standardwebhooks.com; signed is the raw body, of a GET its path and query.</p></details></section>`;
});

const Contact = component(({ email }) => {
  const [typed, type] = useState(email);
  const [said, say] = useState({});
  const save = async () => {
    await call("PUT", "accounts/contact", { email: typed });
    say({ well: "Saved." });
  };
  const complain = (error) => error.field && (say({ error }), true);
  return html`<section class="card"><h2>Contact</h2>
    <${Field} name="mail" label="Who is told when a callback is turned off" type="email" value=${typed} error=${said.error?.message}
      onInput=${(event) => type(event.target.value)} />
    <div class="row"><${Act} label="Save" does=${save} onError=${complain} /><span role="status">${said.well}</span></div></section>`;
});

export const Events = ({ kinds }) => html`<${Screen} title="Events">
  ${kinds.map((kind) => html`<details class="card"><summary>${kind.title} <code>${kind.event}</code></summary>
    <p>${[...kind.methods, ...kind.types.filter((type) => type === "Email")].join(", ")}${kind.https_only && ", to https:// alone"}</p>
    <${Table} caption="Values of ${kind.event}" columns=${["Token", "In the body", "Meaning"]}>
      ${kind.fields.map((one) => html`<${Row} head=${html`<code>((${one.token}))</code>`}>
        <${Cell} of="In the body"><code>${one.body}</code><//>
        <${Cell} of="Meaning">${one.meaning} <span class="quiet">${Object.entries(one.values)
          .map(([value, means]) => `${value} ${means}`)
          .join(", ")}</span><//><//>`)}<//>
    <pre tabindex="0" aria-label="Example">${JSON.stringify(kind.example, null, 2)}</pre></details>`)}<//>`;
