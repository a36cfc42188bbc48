// Times in the zone of the browser; their title keeps them in UTC, as the server wrote them. The request log and the
// charts stay in UTC, and say so.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAY = /\d{1,2} [A-Z][a-z]{2}(?=,| \d{4})/;

function inZone(at, text) {
  const two = (number) => String(number).padStart(2, "0");
  const day = `${at.getDate()} ${MONTHS[at.getMonth()]}`;
  const minute = `${two(at.getHours())}:${two(at.getMinutes())}`;
  const local = text
    .replace(/( [A-Z][a-z]{2}) \d{4}/, `$1 ${at.getFullYear()}`)
    .replace(DAY, day)
    .replace(/\d\d:\d\d(:\d\d)?/, (_, seconds) => (seconds ? `${minute}:${two(at.getSeconds())}` : minute));
  // Without a day it was today, in UTC.
  const isClock = /^\d\d:\d\d/.test(text);
  return isClock && at.toDateString() !== new Date().toDateString() ? `${day}, ${local}` : local;
}

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

onContent(() => {
  if (zone === "UTC" || zone === "Etc/UTC") return;
  for (const time of $$("time[title]:not([data-zoned])")) {
    if (time.closest(".requests")) continue;
    time.dataset.zoned = "";
    time.textContent = inZone(new Date(time.dateTime), time.textContent);
  }
  for (const place of $$("[data-zone]")) place.textContent = `Times in ${zone}`;
});
