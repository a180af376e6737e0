// Draws messages of Discord, as its API has them, with the elements of @skyra/discord-components-core.
import "@skyra/discord-components-core";
import { parse } from "discord-markdown-parser";

const { messages, channel, zone } = window.shown;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "destructive" };

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== false && value !== undefined) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

const hour = (instant) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(instant);
const date = (instant) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "numeric", month: "long", year: "numeric" }).format(instant);
const FORMATS = { t: hour, D: date, F: (instant) => `${date(instant)} ${hour(instant)}` };

// -- words ------------------------------------------------------------------------------------------------------------

const WORDS = {
  text: (node) => node.content,
  br: () => make("br"),
  newline: () => make("br"),
  strong: (node) => make("discord-bold", {}, ...drawn(node.content)),
  em: (node) => make("discord-italic", {}, ...drawn(node.content)),
  underline: (node) => make("discord-underlined", {}, ...drawn(node.content)),
  inlineCode: (node) => make("discord-code", {}, node.content),
  timestamp: (node) => make("discord-time", {}, FORMATS[node.format || "F"](new Date(Number(node.timestamp) * 1000))),
  url: (node) => make("discord-link", { href: node.target }, ...drawn(node.content)),
  autolink: (node) => make("discord-link", { href: node.target }, ...drawn(node.content)),
  user: (node) => make("discord-mention", { type: "user" }, window.shown.names[node.id] || node.id),
  channel: (node) => make("discord-mention", { type: "channel" }, window.shown.names[node.id] || node.id),
  slashCommand: (node) => make("discord-mention", { type: "slash" }, node.fullName),
  subtext: (node) => make("discord-subscript", {}, ...drawn(node.content)),
  heading: (node) => make("discord-header", { level: node.level }, ...drawn(node.content)),
  blockQuote: (node) => make("discord-quote", {}, ...drawn(node.content)),
};

function drawn(nodes) {
  return [nodes].flat().flatMap((node) => {
    if (typeof node === "string") return [node];
    if (!WORDS[node.type]) throw new Error(`no drawing for ${node.type}`);
    return [WORDS[node.type](node)];
  });
}

const said = (words) => drawn(parse(words, "normal"));

// -- components -------------------------------------------------------------------------------------------------------

const COMPONENTS = {
  1: (one) => make("discord-action-row", {}, ...one.components.map(component)),
  2: (one) => make("discord-button", { type: STYLES[one.style], disabled: one.disabled || false }, one.label),
  3: (one) => make("discord-string-select-menu", { placeholder: one.placeholder || "Make a selection" },
    ...one.options.map((each) => make("discord-string-select-menu-option", { slot: "options", label: each.label, value: each.value }))),
  9: (one) => make("div", { class: "section" }, make("div", {}, ...one.components.map(component)), component(one.accessory)),
  10: (one) => make("div", { class: "text" }, ...said(one.content)),
  14: (one) => make("div", { class: one.divider === false ? "gap" : "gap line" }),
  17: (one) => make("div", { class: "container" }, ...one.components.map(component)),
};
COMPONENTS[5] = COMPONENTS[6] = COMPONENTS[7] = COMPONENTS[8] = (one) => COMPONENTS[3]({ ...one, options: [] });

function component(one) {
  if (!COMPONENTS[one.type]) throw new Error(`no drawing for component ${one.type}`);
  return COMPONENTS[one.type](one);
}

// -- messages ---------------------------------------------------------------------------------------------------------

function face(author) {
  const hue = author.bot ? "#4e5d94" : "#6d6f78";
  const letter = author.username.slice(0, 1).toUpperCase();
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><rect width="40" height="40" fill="${hue}"/><text x="20" y="27" font-family="sans-serif" font-size="19" fill="#f2f3f5" text-anchor="middle">${letter}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

function message(one) {
  const parts = one.components.map(component);
  const rows = parts.length ? [make("discord-attachments", { slot: "components" }, ...parts)] : [];
  return make("discord-message", {
    author: one.author.global_name || one.author.username,
    avatar: face(one.author),
    bot: one.author.bot || false,
    ephemeral: Boolean(one.flags & 64),
    timestamp: hour(new Date(one.timestamp)),
  }, ...said(one.content), ...rows);
}

const shown = make("main", {}, make("div", { class: "where" }, channel), make("discord-messages", {}, ...messages.map(message)));
document.body.append(shown);
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.body.dataset.height = String(Math.ceil(shown.getBoundingClientRect().height));
}));
