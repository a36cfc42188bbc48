// What was typed into a form whose session had ended comes back after signing in: for the same person, in the same tab,
// once. Passwords, files and keys are never kept.
const DRAFT = "draft";
// What a form was shown with: so the server still tells of what somebody else changed meanwhile.
const SEEN = ["version", "shown", "asked"];

const isChoice = (field) => field.type === "checkbox" || field.type === "radio";
const isKept = (field) =>
  field.type === "hidden"
    ? SEEN.includes(field.name)
    : field.matches("input, select, textarea")
      && !field.matches("[type=password], [type=file], .password *, [data-secret] *")
      && !WHOLE_KEY.test(field.value);
const keptOf = (form) => [...form.elements].filter((field) => field.name && isKept(field));

let dialogFrom = null; // the address of the dialog that is open, when it was asked for by a link
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx?.target?.id === "modal-root" && ctx.request.method === "GET") dialogFrom = ctx.request.action;
});

function keepDraft(form) {
  const { owner } = document.body.dataset;
  const fields = keptOf(form);
  const dialog = form.closest("dialog") ? dialogFrom : "";
  // A dialog that a form opened can't be opened again.
  if (!owner || dialog === null || fields.every((field) => field.type === "hidden")) return;
  const typed = fields.filter((field) => !isChoice(field) || field.checked).map(({ name, value }) => [name, value]);
  sessionStorage.setItem(DRAFT, JSON.stringify({ owner, dialog, action: form.getAttribute("action"), typed }));
}

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (changes(ctx.sourceElement) && isSignedOut(ctx.response)) keepDraft(ctx.sourceElement);
});

// Without htmx the answer is the next page, and it is decided there whether this waits.
window.addEventListener("submit", ({ target: form, defaultPrevented }) => {
  if (!document.body.dataset.owner) return; // they are signing in
  sessionStorage.removeItem(DRAFT);
  if (changes(form) && !defaultPrevented && !form.matches('[action="/logout"]')) keepDraft(form);
});

function fillIn(form, typed) {
  for (const field of keptOf(form)) {
    const values = typed.filter(([name]) => name === field.name).map(([, value]) => value);
    const was = isChoice(field) ? field.checked : field.value;
    if (isChoice(field)) field.checked = values.includes(field.value);
    else if (field.options && ![...field.options].some((option) => option.value === values[0])) continue; // gone since
    else if (values.length) [field.value] = values;
    if (was === (isChoice(field) ? field.checked : field.value)) continue;
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  }
}

function bringBack({ action, typed }) {
  const form = $$("form").findLast((one) => changes(one) && one.getAttribute("action") === action);
  if (!form) return;
  fillIn(form, typed);
  const line = $("#draft-back").content.firstElementChild.cloneNode(true);
  const title = $(".modal-title, h1", form);
  if (title) title.after(line);
  else (form.closest(".form-grid") ?? form).before(line);
  line.focus();
}

async function takeDraft() {
  const text = sessionStorage.getItem(DRAFT);
  const draft = text && JSON.parse(text);
  const { owner } = document.body.dataset;
  if (!draft) return;
  if (!owner) {
    draft.waits ||= new URLSearchParams(location.search).get("over") === "form";
    sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    for (const told of $$("[data-draft-kept]")) told.hidden = !draft.waits;
    return;
  }
  sessionStorage.removeItem(DRAFT);
  if (!draft.waits || draft.owner !== owner) return; // it arrived, or is not theirs
  if (draft.dialog) await htmx.ajax("GET", draft.dialog, { target: "#modal-root", swap: "innerHTML" });
  bringBack(draft);
}

setTimeout(takeDraft); // after htmx, which begins in the same way: it has to hear what changes
