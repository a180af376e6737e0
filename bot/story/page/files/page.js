// Draws the frames that bot/story/page/visit.py describes, and says through `send` what somebody does.
// Whatever people wrote becomes text of an element, never markup.
"use strict";

function Page({ send, only }) {
  const MOST_BUTTONS = 8; // more choices than that are a list to choose from
  const SIDE_BY_SIDE = 3;
  const seats = new Map(); // member id -> what is known of the seat, and its elements
  const byId = (id) => document.getElementById(id);
  const narrow = matchMedia("(max-width: 719px)");
  let members = [];
  let current = "";
  let since = ""; // when Kith went off
  let fading = 0;
  let shown = recalled("shown") || [];
  let clock = { now: null, at: 0, pace: "still", off: false, style: "discord" };

  // -- small things ---------------------------------------------------------------------------------------------------

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "class") element.className = value;
      else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  function recalled(name) {
    try { return JSON.parse(sessionStorage.getItem(`kith ${name}`)); } catch { return null; }
  }

  function remember(name, value) {
    try { sessionStorage.setItem(`kith ${name}`, JSON.stringify(value)); } catch { /* it is a convenience */ }
  }

  const formats = new Map(); // dear to make, and the same few again and again
  function formatted(instant, zone, options) {
    const key = zone + Object.keys(options) + options.weekday;
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
    return formats.get(key).format(instant);
  }
  const hourOf = (instant, zone) => formatted(instant, zone, { hour: "2-digit", minute: "2-digit" });
  const dayOf = (instant, zone) => formatted(instant, zone, { weekday: "long", day: "numeric", month: "long" });
  const shortDayOf = (instant, zone) => formatted(instant, zone, { weekday: "short", day: "numeric", month: "short" });
  const zoneWords = (zone) => (zone === "UTC" ? "UTC" : `${zone.split("/").pop().replaceAll("_", " ")} time`);

  function now() {
    if (!clock.now) return null;
    return new Date(clock.now.getTime() + (clock.pace === "runs" && !clock.off ? performance.now() - clock.at : 0));
  }

  // -- the clock and what turns it --------------------------------------------------------------------------------------

  function drawClock() {
    const instant = now();
    if (!instant) return;
    const seat = seats.get(current) || seats.values().next().value;
    const zone = seat?.zone || "UTC";
    byId("hour").textContent = hourOf(instant, zone);
    byId("day").textContent = `${narrow.matches ? shortDayOf(instant, zone) : dayOf(instant, zone)}, ${zoneWords(zone)}`;
    for (const one of seats.values()) {
      if (one.zone) one.elements.when.textContent = `${hourOf(instant, one.zone)}, ${zoneWords(one.zone)}`;
    }
  }

  function drawTurns() {
    const pressed = (button, is) => button.setAttribute("aria-pressed", String(is));
    for (const button of document.querySelectorAll("[data-time]")) {
      const how = button.dataset.time;
      if (how === "runs") {
        button.textContent = clock.pace === "still" ? "Run" : "Pause";
      } else if (how === "fast") {
        pressed(button, clock.pace === "fast");
      }
    }
    for (const button of document.querySelectorAll("[data-behaves]")) pressed(button, button.dataset.behaves === clock.style);
    document.body.dataset.style = clock.style;
    const zone = seats.get(current)?.zone || "UTC";
    if (clock.off) {
      since = hourOf(clock.now, zone);
      status("Kith is off. Nobody is answered.");
    } else if (since) {
      status(`Kith was off from ${since} to ${hourOf(clock.now, zone)}. What was due comes now.`, 12000);
      since = "";
    }
  }

  function turn(how) {
    if (how === "runs") how = clock.pace === "still" ? "runs" : "still";
    if (how === "fast" && clock.pace === "fast") how = "runs";
    send({ do: "time", how, secret: seats.get(current)?.secret });
  }

  function status(words, lasts = 0) {
    byId("status").textContent = words;
    clearTimeout(fading);
    if (lasts) fading = setTimeout(() => status(""), lasts);
  }

  // -- who is shown -----------------------------------------------------------------------------------------------------

  function drawPeople() {
    const nav = byId("people");
    nav.hidden = members.length < 2;
    nav.replaceChildren(...members.map((member) => make("button", {
      type: "button",
      "aria-pressed": String(isShown(member.id)),
      "data-member": member.id,
      onclick: () => toggle(member.id),
    }, member.name, ...(member.moderates ? [make("small", {}, " moderates")] : []))));
  }

  const isShown = (id) => (narrow.matches ? current === id : shown.includes(id));

  function toggle(id) {
    if (narrow.matches) {
      current = id;
      if (!shown.includes(id)) shown.push(id);
    } else if (!shown.includes(id)) {
      shown = members.map((one) => one.id).filter((one) => shown.includes(one) || one === id);
      current = id;
    } else if (shown.length > 1) {
      shown = shown.filter((one) => one !== id);
      if (current === id) [current] = shown;
    }
    remember("shown", shown);
    arrange();
    document.querySelector(`[data-member="${CSS.escape(id)}"]`)?.focus();
  }

  function arrange() {
    drawPeople();
    for (const member of members) {
      const seat = seats.get(member.id) || added(member);
      const hidden = !isShown(member.id);
      const appears = seat.elements.seat.hidden && !hidden;
      seat.elements.seat.hidden = hidden;
      if (appears) toEnd(seat);
      if (!hidden && !seat.asked) {
        seat.asked = true;
        send({ do: "open", secret: seat.secret });
      }
    }
    drawClock();
  }

  function added(member) {
    const seat = { ...member, zone: "", places: [], place: "", lines: [], fresh: new Set(), asked: false };
    seat.elements = build(seat);
    seats.set(member.id, seat);
    byId("seats").append(seat.elements.seat);
    return seat;
  }

  // -- a seat -----------------------------------------------------------------------------------------------------------

  function build(seat) {
    const id = `seat-${seats.size}`;
    const name = make("h2", { id }, seat.name);
    const role = make("span", { class: "role" }, seat.moderates ? "moderates" : "");
    const when = make("p", { class: "when" });
    const places = make("div", { class: "places", role: "tablist", "aria-label": `Where ${seat.name} is` });
    const about = make("p", { class: "about" });
    const log = make("div", { class: "log", role: "log", tabindex: "0", id: `${id}-log` });
    const words = make("textarea", { id: `${id}-words`, rows: "1", maxlength: "4000", enterkeyhint: "send", autocomplete: "off" });
    const label = make("label", { class: "unseen", for: `${id}-words` });
    const write = make("form", { class: "write" }, label, words, make("button", { type: "submit" }, "Send"));
    const takes = make("input", { type: "checkbox", id: `${id}-takes` });
    const alone = make("a", { href: `#only=${seat.secret}`, target: "_blank", rel: "noopener" }, "Open alone");
    const more = make("details", { class: "more" },
      make("summary", { "aria-label": `More of ${seat.name}` }, "More"),
      make("div", {},
        make("label", { for: takes.id }, takes, " takes direct messages"),
        ...(only ? [] : [alone])));
    const panel = make("div", { class: "panel", role: "tabpanel", id: `${id}-panel` }, about, log, write);
    const element = make("section", { class: "seat", "aria-labelledby": id, "data-seat": seat.id, hidden: !only },
      make("header", {}, make("div", { class: "who" }, name, role), when, more), places, panel);
    element.addEventListener("focusin", () => { if (current !== seat.id) { current = seat.id; drawClock(); } });
    takes.addEventListener("change", () => send({ do: "take", secret: seat.secret, messages: takes.checked }));
    write.addEventListener("submit", (event) => { event.preventDefault(); wrote(seat); });
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); wrote(seat); }
    });
    words.addEventListener("input", () => grow(words));
    places.addEventListener("keydown", (event) => along(seat, event));
    new ResizeObserver(() => seat.atEnd !== false && toEnd(seat)).observe(log);
    log.addEventListener("scroll", () => { seat.atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24; });
    return { id, seat: element, name, role, when, places, about, log, panel, write, words, label, takes };
  }

  function grow(words) {
    words.style.height = "auto";
    words.style.height = `${Math.min(words.scrollHeight + 2, 160)}px`;
  }

  function wrote(seat) {
    const { words } = seat.elements;
    if (!words.value.trim()) return;
    if (send({ do: "write", secret: seat.secret, in: seat.place, words: words.value })) {
      words.value = "";
      grow(words);
    }
  }

  function drawPlaces(seat) {
    const { places, panel, takes, name, role, id } = seat.elements;
    name.textContent = seat.name;
    role.textContent = seat.moderates ? "moderates" : "";
    takes.checked = seat.messages;
    const focused = places.contains(document.activeElement);
    places.replaceChildren(...seat.places.map((place) => {
      const chosen = place.id === seat.place;
      return make("button", {
        type: "button", role: "tab", id: `${id}-tab-${place.id}`, "aria-selected": String(chosen),
        "aria-controls": panel.id, tabindex: chosen ? "0" : "-1", class: seat.fresh.has(place.id) ? "fresh" : "",
        onclick: () => go(seat, place.id),
      }, titled(place), ...(seat.fresh.has(place.id) ? [make("span", { class: "unseen" }, " (something new)")] : []));
    }));
    panel.setAttribute("aria-labelledby", `${id}-tab-${seat.place}`);
    if (focused) places.querySelector("[aria-selected=true]")?.focus();
  }

  const titled = (place) => (place.kind === "moderators" ? "Moderators" : place.name);

  function go(seat, id) {
    seat.place = id;
    seat.fresh.delete(id);
    drawPlaces(seat);
    drawLog(seat);
  }

  function along(seat, event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = seat.places.findIndex((place) => place.id === seat.place);
    go(seat, seat.places[(at + step + seat.places.length) % seat.places.length].id);
    seat.elements.places.querySelector("[aria-selected=true]").focus();
  }

  // -- what stands in a chat --------------------------------------------------------------------------------------------

  const ABOUT = {
    direct: (seat) => `${seat.name} and Kith. Nobody else here reads this.`,
    room: () => "Everybody is here. Kith reads what begins with @Kith or a /command.",
    moderators: () => "Moderators only. Kith reads what begins with @Kith or a /command.",
    group: () => "Whoever was let in. Kith reads what begins with @Kith or a /command.",
  };

  function drawLog(seat) {
    const place = seat.places.find((one) => one.id === seat.place);
    if (!place) return;
    const { log, about, label, words } = seat.elements;
    about.textContent = ABOUT[place.kind](seat);
    label.textContent = place.kind === "direct" ? `${seat.name} writes to Kith` : `${seat.name} writes in ${titled(place)}`;
    log.setAttribute("aria-label", label.textContent.replace(" writes to ", " and ").replace(" writes in ", " reads "));
    words.placeholder = place.kind === "direct" ? "Write to Kith" : `Write in ${titled(place)}`;
    seat.day = seat.last = "";
    const here = seat.lines.filter((line) => line.in === place.id);
    log.replaceChildren();
    if (here.length) here.forEach((line) => stand(seat, line));
    else log.append(empty(seat, place));
    tour.drawn();
    toEnd(seat);
  }

  function empty(seat, place) {
    if (place.kind !== "direct") return make("p", { class: "empty" }, "Nothing has been said here.");
    const says = (words) => make("button", {
      type: "button", onclick: () => send({ do: "write", secret: seat.secret, in: seat.place, words }),
    }, words);
    return make("div", { class: "empty" },
      make("p", {}, `${seat.name} has not written to Kith.`),
      make("div", { class: "choices", role: "group", "aria-label": "To begin with" }, says("start"), says("help"), says("help now")));
  }

  function toEnd(seat) {
    seat.elements.log.scrollTop = seat.elements.log.scrollHeight;
  }

  function stand(seat, line) {
    const { log } = seat.elements;
    log.querySelector(":scope > .empty")?.remove();
    const day = dayOf(new Date(line.at), seat.zone);
    if (day !== seat.day) {
      seat.day = day;
      log.append(make("p", { class: "day" }, day));
    }
    if (line.form && line.by) for (const form of log.querySelectorAll("form.asked")) if (form.dataset.form === line.form) close(form);
    if (line.by === seat.id) for (const one of log.querySelectorAll(".line:not(.past)")) one.classList.add("past");
    const hour = hourOf(new Date(line.at), seat.zone);
    const again = seat.last === `${hour} ${line.by || ""}` && log.lastElementChild.matches(".line");
    seat.last = `${hour} ${line.by || ""}`;
    const element = drawLine(seat, line);
    element.classList.toggle("again", again || line.by === seat.id);
    log.append(element);
  }

  function close(form) {
    for (const one of form.elements) one.disabled = true;
    form.classList.add("sent");
  }

  function drawLine(seat, line) {
    const own = line.by === seat.id;
    const by = line.by ? line.name : "Kith";
    const head = make("p", { class: "head" }, make("span", { class: "by" }, by),
      make("time", { datetime: line.at }, hourOf(new Date(line.at), seat.zone)));
    const said = make("div", { class: "said" });
    for (const span of line.said) said.append(typeof span === "string" ? span : make(span[0] === "code" ? "code" : "strong", {}, span[1]));
    const kind = line.pressed ? "pressed" : own ? "own" : line.by ? "other" : "kith";
    const alone = line.alone && !line.in.startsWith("direct-");
    const element = make("article", { class: `line ${kind}${alone ? " alone" : ""}`, "data-n": line.n }, head);
    if (line.pressed) said.prepend(make("span", { class: "unseen" }, line.form ? "sent: " : "chose: "));
    if (alone) element.append(make("p", { class: "only" }, `Only ${seat.name} sees this.`));
    if (!line.form || line.by) element.append(said);
    if (line.pictures) element.append(drawPictures(line));
    if (line.choices) element.append(drawChoices(seat, line));
    if (line.files) element.append(drawFiles(seat, line));
    if (line.fields) element.append(drawForm(seat, line, said));
    return element;
  }

  function drawChoices(seat, line) {
    const press = (index) => {
      const [label, id] = line.choices[index];
      send({ do: "choose", secret: seat.secret, in: line.in, id, label });
    };
    if (line.choices.length > MOST_BUTTONS && line.numbered) return make("p", { class: "only" }, "A number or the words answer it.");
    if (line.choices.length > MOST_BUTTONS) {
      const list = make("select", { "aria-label": "Choices" },
        ...line.choices.map(([label], index) => make("option", { value: index }, label)));
      return make("div", { class: "choices" }, list,
        make("button", { type: "button", onclick: () => press(Number(list.value)) }, "Choose"));
    }
    return make("div", { class: "choices", role: "group", "aria-label": "Choices" }, ...line.choices.map(([label, , style], index) => make("button", {
      type: "button", class: style, onclick: () => press(index), "aria-label": line.numbered ? `${index + 1}. ${label}` : null,
    }, line.numbered ? String(index + 1) : label)));
  }

  function drawFiles(seat, line) {
    return make("div", { class: "choices files", role: "group", "aria-label": "Files" }, ...line.files.map((name) => make("button", {
      type: "button", onclick: () => send({ do: "file", secret: seat.secret, n: line.n, name }),
    }, name)));
  }

  function drawForm(seat, line, title) {
    const spansOf = (spans) => spans.map((span) => (typeof span === "string" ? span : span[1])).join("");
    const asked = line.fields.map((field, index) => drawField(field, `${seat.elements.id}-${line.n}-${index}`));
    const note = spansOf(line.note);
    const form = make("form", { class: "asked", "data-form": line.form }, make("fieldset", {},
      make("legend", {}, ...title.childNodes), ...(note ? [make("p", { class: "note" }, note)] : []),
      ...asked.flatMap((one) => one.elements), make("button", { type: "submit", class: "primary" }, "Send")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const answers = Object.fromEntries(asked.map((one) => [one.name, one.answer()]));
      send({ do: "fill in", secret: seat.secret, in: line.in, form: line.form, answers });
    });
    return form;
  }

  // One question: what stands in the form, and what is answered. Several choices are boxes, one of them is a list.
  function drawField(field, id) {
    const { name } = field;
    const note = field.note ? [make("small", { id: `${id}-note` }, field.note)] : [];
    const described = field.note ? `${id}-note` : null;
    const words = [field.label, ...(field.optional ? [make("small", {}, " can stay empty")] : [])];
    if (field.how === "some") {
      const boxes = field.choices.map(([label, value], index) => {
        const box = make("input", { type: "checkbox", id: `${id}-${index}`, value });
        box.checked = field.chosen.includes(value);
        return { box, label: make("label", { for: box.id }, box, ` ${label}`) };
      });
      const group = make("div", { class: "boxes", role: "group", "aria-labelledby": `${id}-label`, "aria-describedby": described },
        ...boxes.map((one) => one.label));
      const answer = () => boxes.filter((one) => one.box.checked).map((one) => one.box.value).join(" ");
      return { name, answer, elements: [make("p", { class: "label", id: `${id}-label` }, ...words), ...note, group] };
    }
    const options = field.choices.map(([label, value]) => make("option", { value, label: field.how === "one" ? null : label },
      ...(field.how === "one" ? [label] : [])));
    if (field.how === "one") {
      const list = make("select", { id, name, required: !field.optional, "aria-describedby": described },
        ...(field.optional || !field.chosen.length ? [make("option", { value: "" }, "")] : []), ...options);
      list.value = field.chosen[0] || "";
      return { name, answer: () => list.value, elements: [make("label", { for: id }, ...words), ...note, list] };
    }
    const input = make(field.long ? "textarea" : "input", {
      id, name, maxlength: field.limit, required: !field.optional, autocomplete: "off", rows: field.long ? "3" : null,
      placeholder: field.example || null, list: options.length ? `${id}-offered` : null, "aria-describedby": described,
    });
    input.value = field.value;
    const offered = options.length ? [make("datalist", { id: `${id}-offered` }, ...options)] : [];
    return { name, answer: () => input.value, elements: [make("label", { for: id }, ...words), ...note, input, ...offered] };
  }

  function drawPictures(line) {
    return make("div", { class: "pictures" }, ...line.pictures.map(([, alt, content]) => {
      const picture = make("img", { alt, src: URL.createObjectURL(blobOf(content, "image/png")) });
      picture.addEventListener("load", () => URL.revokeObjectURL(picture.src));
      return picture;
    }));
  }

  const blobOf = (content, type) => new Blob([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], { type });

  function handOver(name, content) {
    const link = make("a", { href: URL.createObjectURL(blobOf(content, "")), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // -- frames -----------------------------------------------------------------------------------------------------------

  const takes = {
    world(frame) {
      members = frame.members;
      byId("place").textContent = frame.name;
      document.title = `${frame.name}: Kith`;
      byId("turns").hidden = byId("ways").hidden = false;
      const known = new Set(members.map((one) => one.id));
      shown = shown.filter((id) => known.has(id));
      if (!shown.length) {
        const first = members.filter((one) => !one.moderates).slice(0, SIDE_BY_SIDE - 1);
        shown = [...first, ...members.filter((one) => one.moderates)].slice(0, SIDE_BY_SIDE).map((one) => one.id);
      }
      if (!known.has(current)) [current] = shown;
      for (const member of members) {
        const seat = seats.get(member.id);
        if (seat) { seat.secret = member.secret; seat.asked = false; }
      }
      arrange();
    },
    clock(frame) {
      clock = { ...frame, now: new Date(frame.now), at: performance.now() };
      drawTurns();
      drawClock();
    },
    member(frame) {
      if (only && !seats.size) {
        document.title = `${frame.name}, ${frame.community}: Kith`;
        byId("place").textContent = frame.community;
        members = [{ id: frame.id, name: frame.name, moderates: frame.moderates, secret: only }];
        current = frame.id;
        shown = [frame.id];
        added({ ...members[0], asked: true });
      }
      const seat = seats.get(frame.id);
      const [before, zone] = [seat.place, seat.zone];
      Object.assign(seat, frame);
      if (!seat.places.some((place) => place.id === seat.place)) seat.place = seat.places[0].id;
      drawPlaces(seat);
      if (before !== seat.place || zone !== seat.zone) drawLog(seat);
      drawClock();
    },
    lines(frame) {
      const seat = seats.get(frame.of);
      seat.lines = frame.lines;
      drawLog(seat);
    },
    line(frame) {
      const seat = seats.get(frame.of);
      seat.lines.push(frame.line);
      if (frame.line.in === seat.place) {
        stand(seat, frame.line);
        toEnd(seat);
      } else {
        seat.fresh.add(frame.line.in);
        drawPlaces(seat);
      }
    },
    file: (frame) => handOver(frame.name, frame.content),
    refused(frame) {
      if (frame.do === "enter") status("This page opens with the whole address, as it was printed.");
      else if (frame.do === "open") status("These conversations are no more. The page itself may still be there.");
    },
  };

  for (const button of document.querySelectorAll("[data-time]")) button.addEventListener("click", () => turn(button.dataset.time));
  for (const button of document.querySelectorAll("[data-behaves]")) button.addEventListener("click", () => send({ do: "style", style: button.dataset.behaves }));
  byId("outage").addEventListener("click", () => send({ do: "outage" }));
  narrow.addEventListener("change", () => arrange());
  setInterval(drawClock, 1000);

  function bring(id, beside) {
    if (!members.some((one) => one.id === id)) return;
    shown = members.map((one) => one.id).filter((one) => one === id || one === beside);
    current = id;
    arrange();
    const seat = seats.get(id);
    if (seat.places.length && seat.place !== `direct-${id}`) go(seat, `direct-${id}`);
  }

  const tour = Tour({ ask: (how) => send({ do: "tour", how }), bring, make });

  return {
    take: (frame) => { takes[frame.is]?.(frame); tour.take(frame); },
    connected: () => status(""),
    disconnected: () => status("The playground is away. This page looks for it."),
  };
}
