// Runs before the first paint: says that scripts work, and picks the theme for "system".
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => {
    if (root.dataset.themeChoice === "system") root.classList.toggle("dark", dark.matches);
  };
  root.classList.add("js");
  follow();
  dark.addEventListener("change", follow);
})();
