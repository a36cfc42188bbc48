// Looks at the page as it stands and lists what a person would trip over. The body of a function that runs in the page.
const problems = new Set();
const [wide, high] = [document.documentElement.clientWidth, innerHeight];
const styles = new Map();
const styleOf = (box) => styles.get(box) ?? styles.set(box, getComputedStyle(box)).get(box);
const name = (box) => {
  const words = (box.getAttribute("aria-label") ?? box.textContent).trim().replace(/\s+/g, " ").slice(0, 40);
  return `<${box.localName}${box.id ? `#${box.id}` : ""} class="${box.getAttribute("class") ?? ""}"> "${words}"`;
};
/** Words for those who hear the page, such as the heads of a table whose rows are blocks. */
const isHeard = (box) => box && (styleOf(box).clipPath.startsWith("inset(50%") || isHeard(box.parentElement));
const sees = (box) =>
  box.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !box.closest("[inert]") && !isHeard(box);
const cut = /hidden|clip/;

// What is on top keeps a person from all else.
const top =
  document.querySelector("[popover]:popover-open") ??
  [...document.querySelectorAll("dialog")].findLast((dialog) => dialog.matches(":modal")) ??
  document.querySelector(".nav-open #side") ??
  document.body;

/** The part of a rectangle that no box around it cuts off. With `only`, those boxes alone. */
function shown(from, rect, only = /./) {
  let { left, top: upper, right, bottom } = rect;
  for (let box = from; box && box !== document.body; box = box.parentElement) {
    const style = styleOf(box);
    const edge = box.getBoundingClientRect();
    if (style.overflowX !== "visible" && only.test(style.overflowX)) {
      left = Math.max(left, edge.left);
      right = Math.min(right, edge.right);
    }
    if (style.overflowY !== "visible" && only.test(style.overflowY)) {
      upper = Math.max(upper, edge.top);
      bottom = Math.min(bottom, edge.bottom);
    }
    if (style.position === "fixed" || box.matches("dialog, [popover]")) break;
  }
  return { left, top: upper, right, bottom, width: right - left, height: bottom - upper };
}

// -- Nothing has to be moved sideways -------------------------------------------------------------
if (document.documentElement.scrollWidth > wide) problems.add(`the page is ${document.documentElement.scrollWidth} wide`);
for (const box of top.querySelectorAll("*:not(pre, textarea, input, select)")) {
  if (!/auto|scroll/.test(styleOf(box).overflowX) || box.scrollWidth <= box.clientWidth + 1 || !sees(box)) continue;
  problems.add(`has to be moved sideways: ${name(box)}`);
}

// -- Controls -------------------------------------------------------------------------------------
const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=menuitem]";
const controls = new Set();
for (const control of top.querySelectorAll(CONTROLS)) {
  if (control.closest("[inert], .skip") || isHeard(control) || !control.checkVisibility({ visibilityProperty: true })) continue;
  // A radio behind the part of a control that stands for it.
  const box = styleOf(control).opacity === "0" ? control.closest("label") : control;
  if (box && box.getBoundingClientRect().width > 0) controls.add(box);
}
/** What floats over the page is no neighbour of what lies under it. */
const layer = (box) => {
  for (let at = box; at && at !== document.body; at = at.parentElement) {
    if (/fixed|sticky/.test(styleOf(at).position) || at.matches("dialog, [popover]")) return at;
  }
  return null;
};
const placed = [...controls].map((box) => {
  const rects = [...box.getClientRects()];
  return { box, layer: layer(box), rects, parts: rects.map((rect) => shown(box.parentElement, rect)) };
});
for (const { box, layer: over, rects, parts } of placed) {
  for (const [place, rect] of rects.entries()) {
    if (rect.left < -1 || rect.right > wide + 1) problems.add(`out of the window: ${name(box)}`);
    const whole = parts[place];
    if (whole.width < rect.width - 1.5) problems.add(`cut off at its side: ${name(box)}`);
    // What a scroller hides above or below is reached by scrolling; what only cuts hides for good.
    const kept = shown(box.parentElement, rect, cut);
    if (kept.height < rect.height - 1.5) problems.add(`cut off above or below: ${name(box)}`);
    const scrolls = over && /auto|scroll/.test(styleOf(over).overflowY);
    if (over && !scrolls && styleOf(over).position === "fixed" && whole.height > 0 && (rect.top < -1 || rect.bottom > high + 1)) {
      problems.add(`floats out of the window: ${name(box)}`);
    }
  }
}
placed.forEach((one, at) => {
  for (const other of placed.slice(at + 1)) {
    if (one.layer !== other.layer || one.box.contains(other.box) || other.box.contains(one.box)) continue;
    if (one.box.closest(".password")?.contains(other.box)) continue; // its eye stands in the field
    for (const a of one.parts) {
      for (const b of other.parts) {
        const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (width > 1.5 && height > 1.5) problems.add(`over each other: ${name(one.box)} and ${name(other.box)}`);
      }
    }
  }
});

// -- Words ----------------------------------------------------------------------------------------
const BOXES = ".toast, td, th, li, dd, dt, label, button, .btn, .panel, article, dialog, aside, section, main, header";
const words = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
while (words.nextNode()) {
  const text = words.currentNode;
  const box = text.parentElement;
  if (!text.data.trim() || box.closest("pre, textarea, select, option, svg, template, script, .skip") || !sees(box)) continue;
  const range = document.createRange();
  range.selectNodeContents(text);
  for (const rect of range.getClientRects()) {
    if (rect.width < 1 || rect.height < 1) continue;
    const kept = shown(box, rect, cut);
    // Letters reach a little out of their line.
    const isCut = kept.width < rect.width - 2 || kept.height < rect.height - 5;
    if (isCut && !box.closest("[title]")) problems.add(`cut off without a title: ${name(box)}`);
    const around = box.closest(BOXES);
    // A menu stands over the row that it belongs to.
    const holder = around && (around === top || !around.contains(top)) ? around.getBoundingClientRect() : null;
    const isOut = holder && kept.width > 0 && kept.height > 0 && (kept.left < holder.left - 2 || kept.right > holder.right + 2);
    if (isOut) problems.add(`words outside of their box: ${name(box)}`);
  }
}

// -- What sticks ----------------------------------------------------------------------------------
const was = scrollY;
for (const [place, edge] of [[0, "bottom"], [document.documentElement.scrollHeight, "top"]]) {
  scrollTo({ top: place, behavior: "instant" });
  for (const box of document.querySelectorAll("body *")) {
    const style = styleOf(box);
    if (style.position !== "sticky" || style[edge] === "auto" || !sees(box) || box.closest("dialog")) continue;
    const rect = box.getBoundingClientRect();
    const around = box.parentElement.getBoundingClientRect();
    if (around.top > high - rect.height || around.bottom < rect.height) continue; // it has nothing to stick for
    if (edge === "bottom" ? rect.bottom > high + 1 : rect.top < -1) problems.add(`does not stick: ${name(box)}`);
  }
}
scrollTo({ top: was, behavior: "instant" });
return [...problems].slice(0, 15);
