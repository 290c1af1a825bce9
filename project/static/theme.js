// The color theme that the viewer has chosen in the dashboard, or else the system's.
const chosen = localStorage.getItem("theme");
const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
document.documentElement.dataset.theme = isDark ? "dark" : "light";
// The name that Swagger UI knows.
document.documentElement.classList.toggle("dark-mode", isDark);
