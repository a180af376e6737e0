// What three readers of Discord's markdown take each text for: for each of them, the kinds of whatever is no plain text
// in it, and where its links lead. Texts come in as JSON, and the answers go out, one list per reader.
const { readFileSync } = require("fs");

const plain = require("discord-markdown-parser");
const readers = {
  "discord-markdown-parser": (text) => plain.parse(text, "extended"),
  "@odiffey/discord-markdown": require("@odiffey/discord-markdown").parser,
  "@cloudrac3r/discord-markdown": require("@cloudrac3r/discord-markdown").parser,
};
const SILENT = new Set(["text", "br", "newline", "twemoji"]); // an emoji that is itself, and no name of one

function* live(nodes) {
  for (const node of Array.isArray(nodes) ? nodes : [nodes]) {
    if (!node || typeof node !== "object") continue;
    if (node.type && !SILENT.has(node.type)) yield [node.type, node.target || ""];
    for (const inside of [node.content, node.items]) if (inside && typeof inside === "object") yield* live(inside);
  }
}

const texts = JSON.parse(readFileSync(0, "utf8"));
const found = Object.entries(readers).map(([name, read]) => [name, texts.map((text) => [...live(read(text))])]);
console.log(JSON.stringify(Object.fromEntries(found)));
