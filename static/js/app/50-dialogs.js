// Dialogs come from the server into #modal-root and open themselves. Nothing of them stays behind.
let cameFrom = null; // outlives a dialog that is replaced by another, with what was wrong in it
function openDialog() {
  const dialog = $("dialog[data-auto-open]:not([open])");
  if (!dialog) return;
  if (document.activeElement !== document.body) cameFrom = document.activeElement;
  dialog.showModal();
  placeToasts();
  $("textarea[autofocus]", dialog)?.select();
}
onContent(openDialog);

function dropDialog(dialog) {
  wipeSecrets(dialog);
  if (dialog.open) dialog.close(); // gives the focus back to the opener
  placeToasts();
  dialog.remove();
  if (document.activeElement === document.body) cameFrom?.focus();
  if (document.activeElement === document.body) $("main h1")?.focus(); // the opener is gone
}

// `close` and `cancel` do not bubble, so they are caught on the way down.
document.addEventListener("close", (event) => {
  if (!event.target.matches?.("#modal-root > dialog")) return;
  const dialog = event.target;
  queueMicrotask(() => dialog.isConnected && dropDialog(dialog));
}, true);

document.addEventListener("dialog:close", () => {
  const dialog = $("#modal-root > dialog");
  if (dialog) dropDialog(dialog);
});

on("click", "[data-dialog-close]", (button, event) => {
  const dialog = button.closest("dialog");
  if (!dialog) return;
  event.preventDefault();
  dropDialog(dialog);
});

// A click on the backdrop has the dialog itself as its target.
document.addEventListener("click", (event) => {
  const dialog = event.target;
  if (!dialog.matches?.("dialog.modal:not([data-secret])")) return;
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right
    && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside) dropDialog(dialog);
});
