// Runs before the first paint so that a stored theme never flashes; a file because the page's policy forbids inline scripts.
(() => {
  try {
    const stored = JSON.parse(localStorage.getItem("royal.preferences") ?? "{}");
    const root = document.documentElement;
    if (stored.theme === "dark" || stored.theme === "light") root.dataset.theme = stored.theme;
    if (stored.density) root.dataset.density = stored.density;
    if (stored.language) root.lang = stored.language;
  } catch {
    // A corrupt preference only costs the stored theme.
  }
})();
