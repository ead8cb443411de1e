// The script of the report: values at an instant, zoom, and lines to hide, for every
// picture that brings a scene (scene.go says what is in it). Texts from outside only
// ever become text nodes.
"use strict";

// Values are written as package figure writes them; they come rounded.
const minus = text => text.replace("-", "−");
const figures = v => {
  const small = v !== 0 && Math.abs(v) < 1e-6; // String would write an exponent
  return minus(small ? v.toFixed(2 - Math.floor(Math.log10(Math.abs(v)))).replace(/0+$/, "") : String(Number(v.toPrecision(3))));
};

function scaled(v) {
  for (const [size, name] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(v) >= size) return figures(v / size) + name;
  }
  return figures(v);
}

function bytes(v) {
  for (const [size, name] of [[1e3, " kB"], [1e6, " MB"]]) {
    if (Math.abs(Number((v / size).toPrecision(3))) < 1e3) return figures(v / size) + name;
  }
  return figures(v / 1e9) + " GB";
}

function duration(v) {
  const size = Math.abs(v);
  if (size === 0) return "0 s";
  if (size < 1e-3) return figures(v * 1e6) + " µs";
  if (size < 1) return figures(v * 1e3) + " ms";
  if (size < 60) return figures(v) + " s";
  const two = n => String(n).padStart(2, "0");
  const hours = Math.floor(size / 3600), minutes = Math.floor(size / 60) % 60, seconds = Math.floor(size) % 60;
  let text = (v < 0 ? "−" : "") + (hours ? hours + "h" : minutes + "m");
  if (hours && (minutes || seconds)) text += two(minutes) + "m";
  return seconds ? text + two(seconds) + "s" : text;
}

const writers = {"req/s": v => scaled(v) + "/s", "s": duration, "bytes": bytes};
const written = (unit, v) => (writers[unit] || scaled)(v);

const element = (name, attributes = {}, ...children) => {
  const svg = ["g", "line", "rect", "circle", "text", "clipPath"].includes(name);
  const made = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// Round distances between ticks of the clock, in seconds.
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];

class Picture {
  constructor(figure, scene) {
    this.scene = scene;
    this.drawn = figure.querySelector(".drawn");
    this.svg = this.drawn.querySelector("svg");
    this.name = this.svg.getAttribute("aria-label");
    this.box = scene.panels[0];
    const last = scene.panels.at(-1);
    this.top = this.box.top;
    this.bottom = last.top + last.height;
    this.view = {from: this.box.from, to: this.box.to};
    this.hidden = new Set();
    this.at = null; // number of the step that the crosshair is at
    this.prepare(figure.dataset.plate);
    this.controls(figure);
    this.listen();
  }

  // prepare keeps how things were drawn, and makes what the script draws with.
  prepare(name) {
    const clip = "clip-" + name, high = this.svg.viewBox.baseVal.height;
    this.svg.append(element("clipPath", {id: clip},
      element("rect", {x: this.box.left, y: 0, width: this.box.width, height: high})));
    this.moving = [];
    for (const group of this.svg.querySelectorAll('[data-line],[data-part="moves"]')) {
      let middle = null; // of the path that a text belongs to
      for (const shape of group.querySelectorAll("path,text")) {
        const d = shape.getAttribute("d");
        if (d) middle = centre(d);
        const x = Number(shape.getAttribute("x"));
        const beside = x < this.box.left - 1 || x > this.box.left + this.box.width;
        if (!d && (middle === null || beside)) continue; // a name in a margin
        this.moving.push({shape, d, x, middle, clip: `url(#${clip})`});
      }
    }
    this.clock = [...this.svg.querySelectorAll('[data-part="clock"]')];
    this.ticks = element("g");
    this.clock[0]?.parentNode.append(this.ticks);
    this.cross = element("g", {class: "cross"});
    this.svg.append(this.cross);
    this.told = element("div", {class: "told", "aria-hidden": "true"});
    this.told.hidden = true;
    this.over = element("div", {class: "clock", tabindex: 0, role: "slider", "aria-label": "Instant in: " + this.name,
      "aria-valuemin": this.box.from, "aria-valuemax": this.box.to, "aria-valuenow": this.box.from,
      "aria-valuetext": "arrow keys move, plus and minus zoom, Escape shows the whole run"});
    this.drawn.append(this.over, this.told);
  }

  controls(figure) {
    const chips = element("div", {class: "chips", role: "group", "aria-label": "Lines"});
    this.scene.panels.forEach((panel, p) => panel.lines.forEach((line, l) => {
      if (line.pieces.length === 0) return;
      const again = this.scene.panels.some((other, o) => o !== p && other.lines.some(twin => twin.name === line.name && twin.pieces.length > 0));
      const chip = element("button", {type: "button", "aria-pressed": "true", title: panel.title},
        element("i", {style: `background:var(--${line.paint})`}), again ? `${panel.title} ${line.name}` : line.name);
      chip.onclick = () => this.toggle(chip, p, l);
      chips.append(chip);
    }));
    this.closer = element("button", {type: "button"}, "zoom in");
    this.whole = element("button", {type: "button"}, "whole run");
    this.closer.onclick = () => this.zoom(0.5);
    this.whole.onclick = () => this.reset();
    this.whole.hidden = true;
    chips.append(element("span", {class: "zoom"}, this.closer, this.whole));
    figure.append(chips);
  }

  listen() {
    let began = null;
    const seconds = e => this.view.from + (this.unit(e) - this.box.left) / this.box.width * (this.view.to - this.view.from);
    const release = e => {
      if (began !== null && Math.abs(e.clientX - began.x) > 6) this.show(...[began.at, seconds(e)].sort((a, b) => a - b));
      began = null;
      this.draw();
    };
    this.over.onpointerdown = e => {
      if (e.pointerType === "mouse" && e.button === 0) {
        began = {x: e.clientX, at: seconds(e)};
        this.over.setPointerCapture(e.pointerId);
      }
      this.move(seconds(e), e);
    };
    this.over.onpointermove = e => this.move(seconds(e), e, began?.at);
    this.over.onpointerup = release;
    this.over.onpointercancel = () => { began = null; };
    this.over.onpointerleave = e => { if (e.pointerType === "mouse" && began === null) this.leave(); };
    this.over.ondblclick = () => this.reset();
    this.over.onblur = () => this.leave();
    this.over.onkeydown = e => {
      const far = e.shiftKey ? 10 : 1, step = this.scene.step, at = this.at ?? Math.floor(this.view.from / step);
      const keys = {
        ArrowLeft: () => this.step(at - far), ArrowRight: () => this.step(at + (this.at === null ? 0 : far)),
        Home: () => this.step(Math.ceil(this.view.from / step)), End: () => this.step(Math.ceil(this.view.to / step) - 1),
        "+": () => this.zoom(0.5), "-": () => this.zoom(2),
        Escape: () => { this.leave(); this.reset(); },
      };
      if (!keys[e.key] || e.ctrlKey || e.metaKey || e.altKey) return;
      e.preventDefault();
      keys[e.key]();
    };
  }

  // unit is where a pointer is, in units of the SVG.
  unit(e) { return new DOMPoint(e.clientX, e.clientY).matrixTransform(this.svg.getScreenCTM().inverse()).x; }

  // x is where an instant is drawn.
  x(seconds, view = this.view) { return this.box.left + (seconds - view.from) / (view.to - view.from) * this.box.width; }

  move(seconds, pointer, began) {
    this.at = Math.floor(Math.min(Math.max(seconds, this.view.from), this.view.to) / this.scene.step);
    this.draw(pointer, began === undefined ? null : [began, seconds]);
  }

  // step moves by keys, and takes the view along.
  step(at) {
    const {step} = this.scene, {from, to} = this.box;
    this.at = Math.min(Math.max(at, Math.ceil(from / step)), Math.ceil(to / step) - 1);
    const begin = this.at * step, wide = this.view.to - this.view.from;
    if (begin < this.view.from) this.show(begin, begin + wide);
    if (begin + step > this.view.to) this.show(begin + step - wide, begin + step);
    this.draw();
  }

  leave() {
    this.at = null;
    this.draw();
  }

  // draw shows the crosshair, the values there, and the span that is being selected.
  draw(pointer, selected) {
    this.cross.replaceChildren();
    this.told.hidden = this.at === null;
    if (this.at === null) return;
    const {step, panels} = this.scene;
    const from = this.at * step, to = Math.min(from + step, this.box.to);
    const x = Math.min(this.x((from + to) / 2), this.box.left + this.box.width);
    this.cross.append(element("line", {x1: x, x2: x, y1: this.top, y2: this.bottom}));
    const when = step > 1 ? `${this.time(from)} to ${this.time(to)}` : this.time(from);
    const rows = [element("b", {}, when)], spoken = [];
    panels.forEach((panel, p) => {
      const lines = panel.lines.filter((line, l) => line.pieces.length && !this.hidden.has(`${p}:${l}`));
      if (lines.length && panel.title) rows.push(element("span", {}, panel.title));
      for (const line of lines) {
        const text = this.value(panel, line, from, to, x);
        const name = element("i", {style: `color:var(--${line.paint});font-style:normal`}, line.name);
        rows.push(element("div", {}, name, element("span", {style: "margin:0;color:inherit"}, text)));
        spoken.push(`${line.name} ${text}`);
      }
    });
    if (selected) {
      const [a, b] = selected.map(s => this.x(Math.min(Math.max(s, this.view.from), this.view.to))).sort((l, r) => l - r);
      this.cross.append(element("rect", {x: a, width: b - a, y: this.top, height: this.bottom - this.top}));
    }
    this.told.replaceChildren(...rows);
    this.over.setAttribute("aria-valuenow", from);
    this.over.setAttribute("aria-valuetext", `${when}: ${spoken.join(", ")}`);
    this.place(x, pointer);
  }

  // value is what a line says of a step, with a dot at it.
  value(panel, line, from, to, x) {
    const found = values(line, from, to);
    if (found.length === 0) return "unknown";
    const low = Math.min(...found), high = Math.max(...found);
    const scale = panel.log ? Math.log : v => v;
    for (const v of new Set([low, high])) {
      const share = (scale(Math.min(Math.max(v, panel.low), panel.high)) - scale(panel.low)) / (scale(panel.high) - scale(panel.low));
      this.cross.append(element("circle", {cx: x, cy: panel.top + (1 - share) * panel.height, r: 2.6, fill: `var(--${line.paint})`}));
    }
    return low === high ? written(panel.unit, low) : `${written(panel.unit, low)} to ${written(panel.unit, high)}`;
  }

  // place puts the values beside the crosshair, where there is room.
  place(x, pointer) {
    const bounds = this.over.getBoundingClientRect(), px = x / this.svg.viewBox.baseVal.width * bounds.width;
    const {offsetWidth: wide, offsetHeight: high} = this.told;
    const left = px + 14 + wide <= bounds.width ? px + 14 : px - 14 - wide;
    const y = pointer ? pointer.clientY - bounds.top - high / 2 : 0;
    this.told.style.left = Math.max(0, Math.min(left, bounds.width - wide)) + "px";
    this.told.style.top = Math.max(0, Math.min(y, bounds.height - high)) + "px";
  }

  // time is the clock of the scenario's zone.
  time(seconds, parts = 3) {
    const zone = this.scene.zones.findLast(z => z.from <= seconds) || this.scene.zones[0];
    const day = Math.floor(this.scene.start + seconds + zone.offset + 1e-6) % 86400;
    return [day / 3600, day / 60 % 60, day % 60].slice(0, parts).map(n => String(Math.floor(n)).padStart(2, "0")).join(":");
  }

  toggle(chip, p, l) {
    const key = `${p}:${l}`, shown = this.hidden.delete(key);
    if (!shown) this.hidden.add(key);
    chip.setAttribute("aria-pressed", shown);
    const set = shape => { shape.style.display = shown ? "" : "none"; };
    this.svg.querySelectorAll(`[data-line="${key}"]`).forEach(set);
    const {name} = this.scene.panels[p].lines[l];
    for (const label of this.svg.querySelectorAll(`[data-part="names"][data-panel="${p}"] text`)) {
      const rest = label.textContent.startsWith(name) ? label.textContent.slice(name.length) : null; // perhaps the last value
      if (rest === "" || /^ [\d−]/.test(rest)) label.style.opacity = shown ? "" : 0.25;
    }
    this.draw();
  }

  // zoom keeps the crosshair, or the middle, where it is.
  zoom(by) {
    const {from, to} = this.view, at = this.at === null ? (from + to) / 2 : (this.at + 0.5) * this.scene.step;
    this.show(at - (at - from) * by, at + (to - at) * by);
    this.draw();
  }

  reset() { this.show(this.box.from, this.box.to); }

  // show zooms x of all panels to a span.
  show(from, to) {
    const wide = Math.min(Math.max(to - from, 5 * this.scene.step), this.box.to - this.box.from);
    from = Math.min(Math.max((from + to - wide) / 2, this.box.from), this.box.to - wide);
    this.view = {from, to: from + wide};
    const all = wide >= this.box.to - this.box.from;
    this.whole.hidden = all;
    const moved = x => this.x(this.box.from + (x - this.box.left) / this.box.width * (this.box.to - this.box.from));
    for (const m of this.moving) this.shift(m, all, moved);
    for (const tick of this.clock) tick.style.display = all ? "" : "none";
    this.ticks.replaceChildren(...(all ? [] : this.newTicks()));
  }

  // shift puts one shape where the view wants it: a text and a dot keep their form.
  shift({shape, d, x, middle, clip}, all, moved) {
    if (d && !d.includes("A")) {
      shape.setAttribute("d", all ? d : d.replace(/([ML])([^,]+),/g, (_, c, at) => c + moved(Number(at)).toFixed(2) + ","));
      shape.setAttribute("clip-path", all ? "none" : clip);
      return;
    }
    const by = all ? 0 : moved(middle) - middle, at = middle + by;
    if (d) shape.setAttribute("transform", `translate(${by},0)`);
    else shape.setAttribute("x", x + by);
    shape.style.visibility = all || at > this.box.left - 1 && at < this.box.left + this.box.width + 1 ? "" : "hidden";
  }

  // newTicks marks round instants of the zoomed clock, in the style of the drawn ones.
  newTicks() {
    const like = this.clock[0]?.querySelector("text");
    if (!like) return [];
    const {from, to} = this.view, step = steps.find(s => (to - from) / s <= 6) || 86400 * Math.ceil((to - from) / 6 / 86400);
    const ticks = [], offset = t => (this.scene.zones.findLast(z => z.from <= t) || this.scene.zones[0]).offset;
    const local = this.scene.start + from + offset(from);
    for (let t = from + Math.ceil(local / step) * step - local; t <= to; t += step) {
      const tick = like.cloneNode();
      tick.textContent = this.time(t, step < 60 ? 3 : 2);
      tick.setAttribute("x", this.x(t));
      tick.setAttribute("text-anchor", "middle");
      ticks.push(tick);
    }
    return ticks;
  }
}

// centre is the middle of a path's x.
function centre(d) {
  const all = [...d.matchAll(/[ML]([^,]+),/g)].map(m => Number(m[1]));
  if (d.includes("A")) all.push(Number(d.match(/A[^A]*? ([-\d.e+]+),[-\d.e+]+/)[1])); // across the circle
  return (Math.min(...all) + Math.max(...all)) / 2;
}

// values are all that a line has from an instant until another. A value that holds
// counts until the next one, any other where it stands.
function values(line, from, to) {
  const found = [];
  for (const piece of line.pieces) {
    for (let i = 0; i < piece.length; i += 2) {
      const at = piece[i], next = piece[i + 2] ?? at;
      if (line.held ? at < to && next > from && next > at : at >= from && at < to) found.push(piece[i + 1]);
    }
  }
  return found;
}

for (const figure of document.querySelectorAll("figure.plate")) {
  const scene = figure.querySelector('script[type="application/json"]');
  if (scene) new Picture(figure, JSON.parse(scene.textContent));
}

// On paper everything is open.
addEventListener("beforeprint", () => {
  for (const closed of document.querySelectorAll("details:not([open])")) {
    closed.open = true;
    addEventListener("afterprint", () => { closed.open = false; }, {once: true});
  }
});
