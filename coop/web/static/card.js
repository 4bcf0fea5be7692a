// The card's code stands behind `#`: browsers keep that part to themselves. Move it into the form, and out of the address.
document.addEventListener("DOMContentLoaded", () => {
  const token = document.getElementById("token");
  const code = decodeURIComponent(location.hash.slice(1));
  if (!token || !code) return;
  token.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("token-field").hidden = true;
  document.getElementById("secret").focus();
});
