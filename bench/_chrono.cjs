// Reads phrases with chrono-node, for bench/_peers.py: [[kind, phrase], ...] comes in, what each means goes out.
const chrono = require("chrono-node");

const { now, phrases } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const start = new Date(now);
const two = (number) => String(number).padStart(2, "0");

function read(kind, phrase) {
  const found = chrono.parseDate(kind === "durations" ? `in ${phrase}` : phrase, start, { forwardDate: true });
  if (!found) return null;
  if (kind === "durations") return String((found - start) / 60000);
  const hour = `${two(found.getHours())}:${two(found.getMinutes())}`;
  if (kind === "times") return hour;
  return `${found.getFullYear()}-${two(found.getMonth() + 1)}-${two(found.getDate())}T${hour}`;
}

console.log(JSON.stringify(phrases.map(([kind, phrase]) => read(kind, phrase))));
