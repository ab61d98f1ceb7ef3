// What the filters of the report do: add up the sums of the weeks and the part that were chosen, divide, draw.
// The sums are those of kpi_daily (publish/report_slices.py); nothing is averaged over averages.
const data = JSON.parse(document.getElementById("slices").textContent);
const specs = JSON.parse(document.getElementById("specs").textContent);
const field = (name) => document.getElementById(name);
const MISSING = "–";
const Z = 1.959963984540054;
const FEW = 30; // answers, below which a rate is not reliable (metrics.md)

const words = (text) => text.replaceAll("_", " ");
const nameOf = (slice) => (slice.by ? words(slice.name) : "everything");
const thousands = (value, digits) =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

function shown(value, unit) {
  if (value === null) return MISSING;
  if (unit === "share") return `${(100 * value).toFixed(1)} %`;
  if (unit === "minutes") {
    if (value < 1) return `${Math.round(60 * value)} s`;
    if (value < 120) return value < 10 ? `${value.toFixed(1)} min` : `${Math.round(value)} min`;
    return value < 2880 ? `${(value / 60).toFixed(1)} h` : `${(value / 1440).toFixed(1)} d`;
  }
  return thousands(value, Number.isInteger(value) ? 0 : 2);
}

// Weeks [from, to) of one KPI in one slice: { value, based_on, low, high }; null where nothing was measured.
function total(kpi, slice, from, to) {
  const sums = data.sums[kpi][slice];
  const { kind } = data.kpis[kpi];
  if (!sums || from < 0) return null;
  const add = (list) => list.slice(from, to).reduce((a, b) => a + b, 0);
  if (kind === "level") return { value: sums[0][to - 1], based_on: null };
  if (kind === "count") return { value: add(sums[0]), based_on: null };
  const [top, bottom] = [add(sums[0]), sums[1] ? add(sums[1]) : 0];
  if (!bottom) return null;
  const found = { value: top / bottom, based_on: bottom };
  return kind === "share" ? { ...found, ...wilson(top / bottom, bottom) } : found;
}

// 95 % of a share, as in metrics.md.
function wilson(share, n) {
  const middle = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

function byWeek(kpi, slice, weeks) {
  const points = [];
  for (let week = data.weeks.length - weeks; week < data.weeks.length; week += 1) {
    const found = total(kpi, slice, week, week + 1);
    if (found) points.push({ week: data.weeks[week], value: found.value });
  }
  return points;
}

function sparkline(values) {
  if (values.length < 3) return "";
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const at = (value, i) =>
    `${((2 + (96 * i) / (values.length - 1))).toFixed(1)},${(22 - (20 * (value - low)) / (high - low || 1)).toFixed(1)}`;
  return `<svg class="spark" viewBox="0 0 100 24" aria-hidden="true"><polyline points="${values.map(at).join(" ")}" fill="none"/></svg>`;
}

function cell(row, text, kind) {
  const made = document.createElement("td");
  made.textContent = text;
  if (kind) made.className = kind;
  row.append(made);
  return made;
}

function table(slice, weeks, chosen) {
  const body = field("filtered-rows");
  body.replaceChildren();
  const end = data.weeks.length;
  data.kpis.forEach((kpi, number) => {
    const now = total(number, slice, end - weeks, end);
    const before = total(number, slice, end - 2 * weeks, end - weeks);
    if (!now && !before) return;
    const row = document.createElement("tr");
    const head = document.createElement("th");
    head.scope = "row";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = kpi.label;
    button.setAttribute("aria-pressed", String(number === chosen));
    button.addEventListener("click", () => { field("kpi").value = number; update(); field("drawn").focus(); });
    head.append(button);
    row.append(head);
    cell(row, shown(now && now.value, kpi.unit), "n value");
    cell(row, now && now.low !== undefined ? `${shown(now.low, "share")} to ${shown(now.high, "share")}` : MISSING, "n");
    cell(row, shown(before && before.value, kpi.unit), "n");
    const few = now && kpi.kind === "share" && now.based_on < FEW ? " (too few)" : "";
    cell(row, now && now.based_on !== null ? thousands(now.based_on, 0) + few : MISSING, "n");
    cell(row, "").innerHTML = sparkline(byWeek(number, slice, end).map((point) => point.value));
    body.append(row);
  });
}

// Minutes are drawn as hours where they are many.
function axis(kpi, values) {
  const isHours = kpi.unit === "minutes" && Math.max(...values) > 180;
  return {
    divide: isHours ? 60 : 1,
    title: `${kpi.label}${kpi.unit === "minutes" ? (isHours ? ", hours" : ", minutes") : ""}`,
    format: kpi.unit === "share" ? ".0%" : "",
  };
}

function draw(place, spec, points, kpi, channel, layer) {
  const { divide, title, format } = axis(kpi, points.map((point) => point.value));
  const made = structuredClone(spec);
  const encoding = (layer === undefined ? made : made.layer[layer]).encoding;
  encoding[channel].title = title;
  encoding[channel].axis = format ? { format } : {};
  const divided = points.map((point) => ({
    ...point, value: point.value / divide, low: point.low / divide, high: point.high / divide,
  }));
  made.datasets = { points: divided };
  // `ast`: expressions are walked, not compiled, as the page lets no text become a script.
  return vegaEmbed(place, made, { mode: "vega-lite", renderer: "svg", actions: false, ast: true, tooltip: false }).then(() => {
    for (const svg of field(place.slice(1)).querySelectorAll("svg")) {
      svg.removeAttribute("width");
      svg.removeAttribute("height");
    }
  });
}

function charts(slice, weeks, chosen) {
  const kpi = data.kpis[chosen];
  const end = data.weeks.length;
  const lines = (which, of) =>
    byWeek(chosen, which, Math.max(weeks, 8)).map((point) => ({ ...point, of, shown: shown(point.value, kpi.unit) }));
  const of = nameOf(data.slices[slice]);
  draw("#over-time", specs.over_time, [...lines(slice, of), ...(slice ? lines(0, "everything") : [])], kpi, "y");
  const by = data.slices[slice].by || field("by").value;
  field("by").value = by;
  const bars = data.slices.flatMap((part, number) => {
    const found = part.by === by ? total(chosen, number, end - weeks, end) : null;
    if (!found) return [];
    return [{
      name: words(part.name), value: found.value, low: found.low ?? found.value, high: found.high ?? found.value,
      shown: shown(found.value, kpi.unit), based_on: found.based_on,
    }];
  });
  draw("#side-by-side", specs.side_by_side, bars, kpi, "x", 0);
  field("drawn-title").textContent = `${kpi.label}: ${of}, ${weeks} weeks`;
  field("drawn-note").textContent =
    (kpi.more_is ? `Higher is ${kpi.more_is}. ` : "") + `Right: by ${by}; lines: 95 % intervals of shares.`;
}

function update() {
  const [slice, weeks, chosen] = ["slice", "weeks", "kpi"].map((name) => Number(field(name).value));
  const first = data.weeks[data.weeks.length - weeks];
  field("filtered-caption").textContent =
    `${nameOf(data.slices[slice])}, ${first} to ${data.end}, against the ${weeks} weeks before`;
  table(slice, weeks, chosen);
  charts(slice, weeks, chosen);
}

function options() {
  const groups = {};
  data.slices.forEach((slice, number) => {
    const option = new Option(slice.by ? words(slice.name) : "Everything", number);
    if (!slice.by) { field("slice").append(option); return; }
    if (!groups[slice.by]) {
      groups[slice.by] = document.createElement("optgroup");
      groups[slice.by].label = slice.by;
      field("slice").append(groups[slice.by]);
      field("by").append(new Option(slice.by, slice.by));
    }
    groups[slice.by].append(option);
  });
  data.kpis.forEach((kpi, number) => field("kpi").append(new Option(kpi.label, number)));
}

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}

async function begin() {
  const script = document.createElement("script");
  script.textContent = await unpacked(field("vega").textContent.trim());
  document.head.append(script);
  options();
  field("slice").addEventListener("change", () => { update(); });
  field("by").addEventListener("change", () => {
    if (data.slices[Number(field("slice").value)].by !== field("by").value) field("slice").value = 0;
    update();
  });
  for (const name of ["weeks", "kpi"]) field(name).addEventListener("change", update);
  field("filters").hidden = false;
  update();
}

await begin();
