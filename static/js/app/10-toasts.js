// Toasts: at most three, one of them about a key. Good news leaves after 6 s (not while pointed at or focused); errors
// stay, and so does what offers Undo: nobody has to be quick.
const TOAST_MS = 6000;

function armToast(toast) {
  let timer;
  const stop = () => clearTimeout(timer);
  const start = () => {
    stop();
    timer = setTimeout(() => toast.remove(), TOAST_MS);
  };
  toast.addEventListener("mouseenter", stop);
  toast.addEventListener("mouseleave", start);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("focusout", start);
  start();
}

/** Everything outside an open modal is inert, so the corner moves into it for that time. */
function placeToasts() {
  const corner = $(".toasts");
  const home = $$("dialog").findLast((dialog) => dialog.matches(":modal")) ?? document.body;
  if (corner && corner.parentElement !== home) home.append(corner);
}

const keyOf = (path) => path.split("/")[2];

/** A form that takes the change back; where the key's row is on the page, in place. */
function undoForm(path, box) {
  const form = document.createElement("form");
  const token = $('input[name="csrf"]').cloneNode();
  const button = document.createElement("button");
  form.method = "post";
  form.action = path;
  button.type = "submit";
  button.className = "btn";
  button.dataset.variant = "ghost";
  button.dataset.size = "sm";
  button.textContent = "Undo";
  form.append(token, button);
  const key = keyOf(path);
  const row = $(`#key-${CSS.escape(key)}`);
  if (row) {
    form.setAttribute("hx-post", path);
    form.setAttribute("hx-target", `#${CSS.escape(row.id)}`);
    form.setAttribute("hx-swap", "outerMorph");
    form.addEventListener("submit", () => {
      box.hidden = true; // goes with the answer: the request is its form's
      $(`#more-${CSS.escape(key)}`)?.focus();
    });
    form.addEventListener("htmx:finally:request", () => box.remove());
  }
  return form;
}

function toast(kind, text, undo) {
  placeToasts();
  const region = $(kind === "error" ? "#toasts-error" : "#toasts");
  if (!region) return;
  const box = document.createElement("div");
  const words = document.createElement("p");
  const close = document.createElement("button");
  box.className = `toast toast-${kind === "error" ? "error" : "ok"}`;
  words.textContent = text;
  close.type = "button";
  close.className = "icon-btn";
  close.dataset.dismiss = "";
  close.setAttribute("aria-label", "Dismiss message");
  close.append(icon("x"));
  box.append(icon(kind === "error" ? "circle-alert" : "circle-check"), words, close);
  if (undo) {
    box.dataset.key = keyOf(undo);
    $(`.toast[data-key="${CSS.escape(box.dataset.key)}"]:not([hidden])`)?.remove();
    close.before(undoForm(undo, box));
  }
  region.append(box);
  if (undo) htmx.process(box);
  $$(".toast").slice(0, -3).forEach((old) => old.remove());
  if (kind !== "error" && !undo) armToast(box);
}

on("click", "[data-dismiss]", (button) => button.closest(".toast").remove());
document.addEventListener("htmx:before:swap", () => {
  const corner = $("dialog .toasts");
  if (corner) document.body.append(corner); // the dialog may be about to be replaced
});
document.addEventListener("toast", (event) => toast(event.detail.kind, event.detail.text, event.detail.undo));

// A message the server put into the page was there before the live region could speak.
for (const flash of $$(".toast")) {
  announce($("p", flash).textContent);
  if (!$("form", flash)) armToast(flash);
}
