/* What the pages do beyond links and forms: files dropped on the page, forms that send themselves. */
"use strict";

(function () {
  const input = document.getElementById("files");
  const form = input && input.form;

  function send() {
    if (input.files.length) {
      document.getElementById("sending").hidden = false;
      form.submit();
    }
  }

  if (input) {
    const zone = document.getElementById("drop");
    input.addEventListener("change", send);
    ["dragenter", "dragover"].forEach((name) =>
      zone.addEventListener(name, (event) => {
        event.preventDefault();
        zone.classList.add("over");
      }));
    ["dragleave", "drop"].forEach((name) => zone.addEventListener(name, () => zone.classList.remove("over")));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      input.files = event.dataTransfer.files;
      send();
    });
  }

  document.querySelectorAll("form[data-ask]").forEach((asking) =>
    asking.addEventListener("submit", (event) => {
      if (!window.confirm(asking.dataset.ask)) event.preventDefault();
    }));
})();
