// The server writes times, in the zone that is chosen under Your account. There the zone of the browser is offered, when
// it is another one of the list.
const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

onContent(() => {
  const offer = $("[data-browser-zone]");
  const list = offer && $("select", offer.parentElement);
  const isListed = list && [...list.options].some((option) => option.value === browserZone);
  if (!isListed) return;
  $("button", offer).textContent = browserZone;
  offer.hidden = list.value === browserZone;
});
on("click", "[data-browser-zone] button", (button) => {
  const offer = button.closest("[data-browser-zone]");
  const list = $("select", offer.parentElement);
  list.value = browserZone;
  offer.hidden = true;
  list.focus();
});
