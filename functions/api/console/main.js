/** Routes, the frame around all screens, and what is shown to whom is not signed in. */

import { Account, Events } from "./account.js";
import { call, told } from "./calls.js";
import { Delivery } from "./delivery.js";
import { Editor } from "./editor.js";
import { Attention, Log } from "./log.js";
import { Number_ } from "./number.js";
import { Numbers } from "./numbers.js";
import { Load, When } from "./parts.js";
import { Recover } from "./recover.js";
import { keep, meet, session, settings, takeFromAddress, takeFromOtherTab, tellOtherTabs, who } from "./session.js";
import { component, useEffect, useState } from "./state.js";
import { html, render } from "./vendor.js";

const SCREENS = { "": Numbers, attention: Attention, log: Log, account: Account, events: Events, recover: Recover };
const PLACES = ["", "attention", "log", "account", "events"];

/** The screen that the address names, and what it is to show. */
function here() {
  const [path, search] = location.hash.slice(2).split("?");
  const [first, ...rest] = path.split("/").map(decodeURIComponent);
  const asked = Object.fromEntries(new URLSearchParams(search));
  if (first !== "n") return [SCREENS[first] ?? Numbers, { asked }];
  const [number, what, id] = rest;
  if (!what) return [Number_, { number }];
  if (what === "log") return [id ? Delivery : Log, { number, id, asked }];
  return what === "recover" ? [Recover, { number }] : [Editor, { number, event: `${what}/${id}` }];
}

/** Who is signed in, and the catalogue. */
async function begin() {
  const byLink = session[0] === "session";
  const [known, { events }] = await Promise.all([call("GET", byLink ? "console_session" : "accounts/health"), call("GET", "events")]);
  meet(known.health ?? known);
  tellOtherTabs();
  return events;
}

const App = component(() => {
  const [, draw] = useState();
  const [wait, patience] = useState(0);
  useEffect(() => {
    told.wait = patience;
    told.end = () => draw({});
    addEventListener("hashchange", () => (takeFromAddress(), draw({})));
  }, []);
  if (!session) return html`<${Outside} />`;
  const [screen, parts] = here();
  return html`<${Load} of=${session[1]} from=${begin}>${(kinds) => html`<${Header} /><main>
    <p class="patience" role="status">${wait > 0 && `The service is busy; trying again in ${Math.ceil(wait)} s …`}</p>
    <${screen} ...${parts} kinds=${kinds} key=${location.hash.split("?")[0]} /></main>`}<//>`;
});

function Header() {
  const [first] = location.hash.slice(2).split(/[?/]/);
  const leave = () => {
    keep(null);
    location.assign(settings.back || location.pathname);
  };
  return html`<header class="row"><b>${settings.name}</b>
    <nav class="row" aria-label="Screens">${PLACES.filter((place) => place !== "account" || !who.fonenumbers).map((place) => html`
      <a href="#/${place}" aria-current=${place === first.replace(/^n$/, "") ? "page" : null}>${place || "numbers"}</a>`)}</nav>
    <div class="row quiet end">${who.read_only && "read only"} ${who.expires && html`until <${When} at=${who.expires} />`}
      <button onClick=${leave}>Leave</button></div></header>`;
}

const Outside = () => html`<main><h1>Not signed in</h1><p>Your session has ended, or there was none. ${settings.back
  ? html`<a href=${settings.back}>Open this page anew.</a>` : "Open this page by your provider's link."}</p></main>`;

if (!takeFromAddress() && !session) await takeFromOtherTab();
document.body.replaceChildren();
render(html`<${App} />`, document.body);
