// The search field of the list: a whole key never goes into an address. It is sent in the body of a form of its own,
// and leaves the field before anything else looks at it.
const WHOLE_KEY = /_(live|test|verifier)_[0-9A-Za-z]{32}/;

function lookUp(field) {
  const form = $("[data-key-lookup]");
  form.elements.key.value = field.value;
  field.value = "";
  form.requestSubmit();
}

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (form?.matches?.("[data-key-lookup]")) form.reset();
});

/** More of a secret than pages show of a key, as `may_hold_part` of the server has it. */
const mayHoldPart = (text) =>
  /_(live|test|verifier)_[0-9A-Za-z]/.test(text)
  || (text.match(/[0-9A-Za-z]{5,}/g) ?? []).some(
    (run) => (/\d/.test(run) && /[A-Za-z]/.test(run)) || /[a-z][A-Z]/.test(run) || run.length > 15,
  );

// What may be a part of a key goes in a body too, with the filters beside it.
let partTimer;
function searchInBody(form, wait) {
  clearTimeout(partTimer);
  const ask = () => htmx.ajax("POST", form.action, { source: form, target: "#keys", swap: "outerMorph" });
  partTimer = setTimeout(ask, wait);
}

// On the way down, before htmx or the browser hears of it.
for (const [type, wait] of [["input", 250], ["submit", 0]]) {
  document.addEventListener(
    type,
    (event) => {
      const form = event.target.closest?.("[data-key-filters]");
      const field = form?.elements.q;
      clearTimeout(partTimer);
      if (!field || !mayHoldPart(field.value)) return;
      event.stopPropagation();
      if (type === "submit") event.preventDefault();
      if (WHOLE_KEY.test(field.value)) lookUp(field);
      else searchInBody(form, wait);
    },
    true,
  );
}

// The list's address holds what is searched; the token is for bodies.
document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement } = event.detail.ctx;
  if (sourceElement?.matches?.("[data-key-filters]") && request.method === "GET") request.body.delete("csrf");
});

// Several keys: how many are chosen, and all of this page at once.
const picks = () => $$(".pick");

function showPicked() {
  const bar = $("[data-batch]");
  if (!bar) return;
  const all = picks();
  const count = all.filter((box) => box.checked).length;
  const box = $("[data-pick-all]", bar);
  box.checked = count > 0 && count === all.length;
  box.indeterminate = count > 0 && count < all.length;
  bar.classList.toggle("has-picked", count > 0);
  const told = ["Choose keys to change several at once", "1 key chosen"][count] ?? `${count} keys chosen`;
  const place = $("[data-picked]", bar);
  if (place.textContent !== told) place.textContent = told;
}

on("change", ".pick", showPicked);
on("change", "[data-pick-all]", (box) => {
  for (const pick of picks()) pick.checked = box.checked;
  showPicked();
});
onContent(showPicked);
