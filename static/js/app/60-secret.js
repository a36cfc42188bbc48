// The secret is shown once. It lives in one field and leaves with it: on Done, on closing, and
// before the page goes into the back/forward cache.
function wipeSecrets(from) {
  const boxes = from.matches?.("[data-secret]") ? [from] : $$("[data-secret]", from);
  for (const box of boxes) {
    for (const field of $$("[data-secret-text], [data-secret-env]", box)) {
      field.value = "";
      field.defaultValue = "";
    }
    $("[data-secret-how]", box)?.replaceChildren();
    box.replaceChildren();
  }
}

window.addEventListener("pagehide", () => {
  for (const box of $$("[data-secret]")) {
    wipeSecrets(box);
    if (box.matches("dialog")) box.remove();
  }
});

on("click", "[data-secret-copy]", async (button) => {
  const field = $("[data-secret-text]", button.closest("[data-secret]"));
  try {
    await navigator.clipboard.writeText(field.value);
    flashLabel(button, "Copied");
    announce("Secret copied");
  } catch {
    field.focus();
    field.select();
    flashLabel(button, "Press Ctrl C");
    announce("Copying is blocked by the browser. The secret is selected, press Control C.");
  }
});

on("click", "[data-secret-download]", (button) => {
  const line = $("[data-secret-env]", button.closest("[data-secret]")).value;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([`${line}\n`], { type: "text/plain" }));
  link.download = ".env";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  announce(".env file downloaded");
});

// The form behind the dialog has done its work: what was wrong with it before no longer shows through.
onContent(() => {
  if (!$("dialog[data-secret]")) return;
  for (const form of $$("#key-form, #verifier-form")) {
    for (const said of $$(".error, .error-summary", form)) said.remove();
    for (const field of $$("[aria-invalid]", form)) field.removeAttribute("aria-invalid");
  }
});

on("change", "[data-secret-stored]", (box) => {
  const holder = box.closest("[data-secret]");
  $("[data-secret-done]", holder).setAttribute("aria-disabled", !box.checked);
  if (box.checked) $("[data-secret-wait]", holder).textContent = "";
});

function askToStore(holder) {
  $("[data-secret-wait]", holder).textContent = "First tick the box: the secret cannot be shown again.";
  $("[data-secret-stored]", holder).focus();
}

on("click", "dialog [data-secret-done]", (link, event) => {
  event.preventDefault();
  const holder = link.closest("[data-secret]");
  if (link.getAttribute("aria-disabled") === "true") return askToStore(holder);
  const to = link.href;
  setClean();
  dropDialog(holder);
  location.replace(to); // the used form leaves the history
});

// A secret that can be shown again has no box to tick.
// Esc: `cancel` where the browser sends it, the key itself where `closedby="none"` holds it back.
const pending = (target) => {
  const holder = target.closest?.("dialog[data-secret]");
  return holder && $("[data-secret-stored]:not(:checked)", holder) ? holder : null;
};
document.addEventListener("cancel", (event) => {
  if (!event.target.matches?.("dialog[data-secret]")) return;
  event.preventDefault();
  if (pending(event.target)) askToStore(event.target);
  else $("[data-secret-done]", event.target).focus();
}, true);
on("keydown", "dialog[data-secret]", (dialog, event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  if (pending(event.target)) askToStore(dialog);
  else $("[data-secret-done]", dialog).focus();
});
