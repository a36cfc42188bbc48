// Draws the chart of the usage page; the table under it says the same without it.
const clocks = (timeZone) => ({
  hour: new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }),
  day: new Intl.DateTimeFormat("en-GB", { timeZone, day: "numeric", month: "short" }),
});
const number = new Intl.NumberFormat("en-GB");
const short = new Intl.NumberFormat("en-GB", { notation: "compact", maximumFractionDigits: 1 });
const date = (seconds) => new Date(seconds * 1000);

/** The chart on the page and what watches it. */
let drawn = null;

function axes(colour, step, { hour, day }) {
  const font = `12px ${colour("--sans")}`;
  const both = { stroke: colour("--mut"), font, ticks: { show: false } };
  const midnight = (seconds) => hour.format(date(seconds)) === "00:00";
  return [
    {
      ...both,
      grid: { show: false },
      size: 34,
      space: 64,
      // Whole days where days are enough: "00:00" says nothing.
      incrs: step < 86400 ? [3600, 3 * 3600, 6 * 3600, 12 * 3600, 86400, 2 * 86400] : [1, 2, 7, 14, 30].map((days) => days * 86400),
      values: (_, at) => at.map((seconds) => (midnight(seconds) ? day : hour).format(date(seconds))),
    },
    {
      ...both,
      grid: { stroke: colour("--line"), width: 1 },
      size: 48,
      incrs: [1, 2, 5].flatMap((first) => [...Array(12)].map((_, zeros) => first * 10 ** zeros)).sort((a, b) => a - b),
      values: (_, counts) => counts.map((count) => short.format(count)),
    },
  ];
}

/** A small box beside the pointer with the numbers of one span. */
function tooltip(step, { hour, day }) {
  const box = document.createElement("div");
  box.className = "chart-tip";
  box.hidden = true;
  const line = (text, className = "") => {
    const row = document.createElement("span");
    row.className = className;
    row.textContent = text;
    return row;
  };
  return {
    hooks: {
      ready: (chart) => chart.over.append(box),
      setCursor: (chart) => {
        const { idx, left } = chart.cursor;
        box.hidden = idx == null || left < 0;
        if (box.hidden) return;
        const [at, accepted, refused] = chart.data.map((series) => series[idx]);
        const running = idx === chart.data[0].length - 1 ? ", so far" : "";
        const time = step < 86400 ? `${day.format(date(at))}, ${hour.format(date(at))}` : day.format(date(at));
        box.replaceChildren(
          line(time + running, "chart-tip-time"),
          line(`${number.format(accepted)} accepted`),
          line(`${number.format(refused)} refused`),
        );
        const place = chart.valToPos(at, "x");
        const before = place > chart.over.clientWidth / 2;
        box.style.left = before ? "" : `${place + 12}px`;
        box.style.right = before ? `${chart.over.clientWidth - place + 12}px` : "";
      },
    },
  };
}

/** A band behind the last stretch: its span is not over, so the line falls there for no reason. */
function runningBand(fill) {
  return {
    hooks: {
      drawClear: ({ ctx, bbox, data: [at], valToPos }) => {
        const [from, to] = at.slice(-2).map((seconds) => valToPos(seconds, "x", true));
        ctx.save();
        ctx.fillStyle = fill;
        ctx.fillRect(from, bbox.top, to - from, bbox.height);
        ctx.restore();
      },
    },
  };
}

function draw(place) {
  const { step, at, accepted, refused } = JSON.parse(place.dataset.chart);
  const { zone } = place.dataset;
  const shown = clocks(zone);
  const style = getComputedStyle(place);
  const colour = (name) => style.getPropertyValue(name).trim();
  const line = (label, name, more) => ({
    label,
    stroke: colour(name),
    width: 2,
    points: { show: false },
    ...more,
  });
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      padding: [12, 22, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
      tzDate: (seconds) => uPlot.tzDate(date(seconds), zone),
      scales: { y: { range: (_, __, most) => [0, Math.max(4, most * 1.08)] } },
      axes: axes(colour, step, shown),
      series: [
        {},
        line("Accepted", "--acc", { fill: colour("--chart-fill") }),
        line("Refused", "--bad", { dash: [6, 4] }),
      ],
      plugins: [runningBand(colour("--soft")), tooltip(step, shown)],
    },
    [at, accepted, refused],
    place,
  );
  const fit = new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = place;
    if (width && (width !== chart.width || height !== chart.height)) chart.setSize({ width, height });
  });
  fit.observe(place);
  return { place, stop: () => (fit.disconnect(), chart.destroy()) };
}

/** Draws anew when the numbers were swapped, or when `again` says that colours changed. */
function refresh(again = false) {
  const place = document.querySelector("[data-chart]");
  if (drawn && drawn.place === place && !again) return;
  drawn?.stop();
  drawn = place ? draw(place) : null;
}

refresh();
document.addEventListener("htmx:after:swap", () => refresh());
new MutationObserver(() => refresh(true)).observe(document.documentElement, { attributeFilter: ["class"] });
document.fonts.ready.then(() => refresh(true)); // the canvas was painted in the fonts that were there
